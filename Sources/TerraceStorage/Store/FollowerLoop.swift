internal import Foundation
internal import Glibc
internal import Synchronization
import TerraceCore

/// What a follower does: reads, folds, writes, and waits.
///
/// `@unchecked Sendable`: what is not in `control` is touched by one thread at a time: the follower's own, or a thread of the pool
/// that runs `session` while the follower's own waits for its end.
final class FollowerLoop: @unchecked Sendable {
    /// Where the records come from.
    enum Source {
        case journal(Journal)
        case folder(String)

        var folder: String {
            switch self {
            case .journal(let journal): journal.folder
            case .folder(let folder): folder
            }
        }
    }

    /// What others may see and say.
    struct Control {
        var statistics = StoreFollowerStatistics()
        /// By when to be done; `nil` while there is no end.
        var end: Deadline?
        /// Everything that the journal had is stored.
        var isDone = false
        /// Since when there was something to store.
        var behindSince = Deadline.never
        /// The newest record that was read.
        var read: UInt64 = 0
    }

    let control = Mutex(Control())
    private let store: TradeStore
    private let source: Source
    private let settings: StoreFollowerSettings
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    private var reader: JournalReader?
    private var fold: FactFold?
    /// What was folded and is not known to be stored.
    private var pending: StoreBatch?
    private var isFirst = false
    private var failures = 0
    private var retentionDue = Deadline.now
    /// Why going on makes no sense.
    private var verdict: String?
    /// Why the journal can't be read now; trying again may help.
    private var refusal: String?

    init(store: TradeStore, source: Source, settings: StoreFollowerSettings) {
        self.store = store
        self.source = source
        self.settings = settings
    }

    /// The newest record that could be stored.
    var newest: UInt64 {
        switch self.source {
        case .journal(let journal): journal.durableSequence
        case .folder: self.control.withLock { $0.read }
        }
    }

    func stop(by deadline: Deadline) {
        self.control.withLock { $0.end = min($0.end ?? .never, deadline) }
        self.wake.signal()
    }

    func waitForEnd() {
        self.ended.wait()
        self.ended.signal()
    }

    private var end: Deadline? { self.control.withLock { $0.end } }
    private var isOver: Bool { self.end?.isPast ?? false }

    /// Sleeps, and wakes early where it is to stop.
    private func sleep(_ duration: Duration) {
        let left = self.end.map { max(0, $0.nanoseconds - Deadline.now.nanoseconds) } ?? .max
        let nanoseconds = Int(min(duration.nanosecondsHeld, left))
        _ = self.wake.wait(timeout: .now() + .nanoseconds(nanoseconds))
    }

    // MARK: The thread

    func run() {
        while !self.isOver, self.verdict == nil {
            do throws(DatabaseError) {
                try self.store.withWriter(by: self.end ?? .after(.seconds(15))) { writer, lease throws(DatabaseError) in
                    try self.session(writer, lease)
                }
                if self.verdict == nil, self.control.withLock({ $0.isDone && $0.end != nil }) { break }
                if let refusal = self.refusal {
                    self.refusal = nil
                    self.failed(refusal)
                } else if self.verdict == nil {
                    self.sleep(.milliseconds(10))
                }
            } catch {
                if error.kind == .stopped { break }
                // Tables that are wrong otherwise somebody may mend while this runs.
                if error.kind == .newerSchema { self.verdict = error.description }
                self.failed(error.description, isConflict: error.kind == .conflict)
            }
        }
        self.control.withLock { control in
            control.statistics.state = self.verdict == nil ? .stopped : .failed
            if let verdict = self.verdict { control.statistics.lastError = verdict }
        }
        self.ended.signal()
    }

    private func failed(_ text: String, isConflict: Bool = false) {
        self.failures += 1
        self.control.withLock { control in
            control.statistics.state = .waiting
            control.statistics.retries += 1
            control.statistics.lastError = text
            if control.behindSince == .never { control.behindSince = .now }
        }
        if self.verdict != nil || self.isOver { return }
        // Somebody who stores the same journal was faster: where he is now is asked for at once.
        if isConflict, self.failures < 10 { return }
        let doublings = min(self.failures - 1, 20)
        let longest = self.settings.mostBackoff.nanosecondsHeld
        let (product, overflow) = self.settings.leastBackoff.nanosecondsHeld.multipliedReportingOverflow(
            by: 1 << doublings)
        let wait = overflow ? longest : min(longest, product)
        self.sleep(.nanoseconds(wait / 2 + Int64.random(in: 0...max(0, wait / 2))))
    }

    /// Stores with one connection for as long as it holds.
    private func session(_ writer: any StoreWriting, _ lease: PoolLease) throws(DatabaseError) {
        do throws(FollowerFailure) {
            try self.resume(writer)
            while !lease.isStopping, !self.isOver {
                if self.pending == nil { self.pending = try self.collect(lease) }
                guard let batch = self.pending else {
                    self.caughtUp()
                    if self.end != nil {
                        self.control.withLock { $0.isDone = true }
                        return
                    }
                    try self.retain(writer)
                    continue
                }
                do {
                    try writer.write(batch)
                } catch {
                    // Nothing of it was stored, whatever the cursor says next: somebody else may have come just as far.
                    if error.kind == .conflict { self.pending = nil }
                    throw FollowerFailure.database(error)
                }
                self.pending = nil
                self.stored(batch)
                try self.retain(writer)
            }
        } catch {
            switch error {
            case .database(let error): throw error
            case .journal(.empty): self.sleep(.milliseconds(100))
            case .journal(.system):
                // Too many open files, or a disk that fails for a moment: nothing is wrong with the journal. What was read half is
                // read anew.
                (self.reader, self.fold, self.pending) = (nil, nil, nil)
                self.refusal = error.text
            case .journal(let error): self.verdict = error.description
            case .ledger(let error): self.verdict = error.description
            }
        }
    }

    /// All that there is was read, and is stored.
    private func caughtUp() {
        self.failures = 0
        self.control.withLock { control in
            control.statistics.state = .following
            control.statistics.lastError = nil
            control.behindSince = .never
        }
    }

    private func stored(_ batch: StoreBatch) {
        self.failures = 0
        self.isFirst = false
        self.hold(batch.through)
        self.control.withLock { control in
            control.statistics.state = .following
            control.statistics.cursor = batch.through
            control.statistics.batches += 1
            control.statistics.records += batch.records
            control.statistics.lastError = nil
            control.behindSince = .never
        }
    }

    /// What follows has its meaning from what comes before it in a segment: the one with the last record that is stored stays.
    private func hold(_ cursor: UInt64) {
        if case .journal(let journal) = self.source { journal.holdFrom(cursor) }
    }

    private func retain(_ writer: any StoreWriting) throws(FollowerFailure) {
        guard self.retentionDue.isPast, let trades = self.settings.keepTradeDays,
            let buckets = self.settings.keepBucketDays
        else { return }
        var now = timespec()
        // SAFETY: the call writes to `now` and nowhere else.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        let horizon = StoreHorizon(
            at: Timestamp(nanoseconds: Int64(now.tv_sec) &* 1_000_000_000), tradeDays: trades, bucketDays: buckets)
        do {
            let gone = try writer.deleteOlder(than: horizon, limit: 5_000)
            self.retentionDue = .after(gone < 5_000 ? .seconds(600) : .milliseconds(500))
        } catch {
            throw .database(error)
        }
    }

    // MARK: The journal

    /// Finds out what is stored, and goes on behind it.
    private func resume(_ writer: any StoreWriting) throws(FollowerFailure) {
        let segments = try self.segments()
        guard let oldest = segments.first else { throw .journal(.empty(folder: self.source.folder)) }
        let journal = try self.journal(of: oldest)
        let cursor: UInt64?
        do { cursor = try writer.cursor(of: Int64(bitPattern: journal)) } catch { throw .database(error) }
        self.hold(cursor ?? 0)
        self.control.withLock { control in
            control.statistics.cursor = cursor ?? 0
            // After a failure only what is stored, or nothing to store, shows that it is over.
            if self.failures == 0 { control.statistics.state = .following }
        }
        let position = cursor ?? oldest.first - 1
        if let fold = self.fold, fold.journal == Int64(bitPattern: journal) {
            if let pending = self.pending {
                if position == pending.after { return }
                if position == pending.through {
                    // The answer to the commit was lost, the commit was not.
                    self.pending = nil
                    self.stored(pending)
                    return
                }
            } else if position == fold.batch.after {
                return
            }
        }
        self.isFirst = cursor == nil
        try self.begin(journal, at: position, segments)
    }

    private func segments() throws(FollowerFailure) -> [JournalFolder.Segment] {
        do {
            return try JournalFolder(path: self.source.folder).segments()
        } catch {
            // A folder that is not there yet has no journal in it yet.
            if case .folder = self.source { return [] }
            throw .journal(error)
        }
    }

    private func journal(of segment: JournalFolder.Segment) throws(FollowerFailure) -> UInt64 {
        do throws(JournalError) {
            switch try SegmentReader.open(segment.path) {
            case .reader(let reader): return reader.header.journal
            case .unborn: throw JournalError.empty(folder: self.source.folder)
            case .damaged(let what):
                throw JournalError.corrupt(file: segment.path, offset: 0, sequence: segment.first, what: what)
            }
        } catch {
            throw .journal(error)
        }
    }

    /// Takes in the segment that has record `position` up to that record, without rows: what follows has its meaning from there.
    ///
    /// That is so also where `position` is the last of its segment: the next one begins with what was said before, which a reader
    /// that begins there would take for new.
    private func begin(
        _ journal: UInt64, at position: UInt64, _ segments: [JournalFolder.Segment]
    ) throws(FollowerFailure) {
        self.pending = nil
        guard
            let start = segments.last(where: { $0.first <= position })
                ?? segments.first(where: { $0.first == position + 1 })
        else {
            throw .journal(
                .missing(folder: self.source.folder, sequence: position + 1, next: segments.first?.first ?? 0))
        }
        do {
            let reader: JournalReader
            switch self.source {
            case .journal(let journal): reader = try journal.reader(from: start.first)
            case .folder(let folder): reader = try JournalReader(folder: folder, from: start.first)
            }
            self.reader = reader
        } catch {
            throw .journal(error)
        }
        self.fold = FactFold(journal: journal, cursor: position)
        while let reader = self.reader, reader.sequence <= position {
            guard try self.next() else {
                throw .journal(
                    .beyondEnd(folder: self.source.folder, asked: position + 1, last: reader.sequence - 1))
            }
        }
    }

    /// Reads and folds one record; false where there is none.
    private func next() throws(FollowerFailure) -> Bool {
        let record: JournalRecord?
        do { record = try self.reader?.next() } catch { throw .journal(error) }
        guard let record else { return false }
        do { try self.fold?.take(record) } catch { throw .ledger(error) }
        return true
    }

    /// Waits for records and gathers a batch of them; `nil` where none came for a while.
    private func collect(_ lease: PoolLease) throws(FollowerFailure) -> StoreBatch? {
        var due = Deadline.after(.milliseconds(100))
        var records = 0
        while records < self.settings.batchRecords {
            if try self.next() {
                if records == 0 {
                    due = .after(self.settings.batchDelay)
                    self.control.withLock { if $0.behindSince == .never { $0.behindSince = .now } }
                }
                records += 1
                continue
            }
            // What there is is stored: whoever stops waits for no more.
            if self.end != nil || lease.isStopping || due.isPast { break }
            self.sleep(.milliseconds(5))
        }
        if let reader = self.reader { self.control.withLock { $0.read = reader.sequence - 1 } }
        guard var batch = self.fold?.takeBatch(), batch.records > 0 else { return nil }
        batch.isFirst = self.isFirst
        return batch
    }
}

/// Why following stops, for now or for good.
enum FollowerFailure: Error {
    case database(DatabaseError)
    case journal(JournalError)
    case ledger(LedgerError)

    /// For people.
    var text: String {
        switch self {
        case .database(let error): error.description
        case .journal(let error): error.description
        case .ledger(let error): error.description
        }
    }
}
