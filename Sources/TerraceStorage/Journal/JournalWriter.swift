internal import Synchronization
import TerraceCore

/// The thread behind a journal: takes what waits, writes it as one batch, brings it to the disk, and only then counts it.
///
/// `begin` is called before the thread starts, `unwritten` is read after it has ended; everything between is the thread's.
final class JournalWriter: @unchecked Sendable {
    private let folder: JournalFolder
    private let files: JournalFiles
    private let settings: JournalSettings
    private let queue: JournalQueue
    private let journal: UInt64
    private let seed: UInt32
    /// What follows from all records that are on the disk.
    private var ledger: Ledger
    private var description: RunDescription
    /// The number of the first record that is not.
    private var next: UInt64
    private var segments: [(first: UInt64, bytes: Int)]
    /// The file that is written to; negative where a new one is due.
    private var descriptor: Int32 = -1
    /// How much of it is on the disk.
    private var length = 0
    private var batch: [JournalEntry] = []
    private var taken = 0
    private var newRun: RunDescription?
    private var buffer = JournalBuffer(capacity: 1 << 20)
    private var failingSince: Int64?
    private var saysTooMuch = false
    /// How many records were given up at the end.
    private(set) var unwritten = 0

    private static let batchLimit = 16_384

    init(
        folder: JournalFolder, files: JournalFiles, settings: JournalSettings, queue: JournalQueue,
        recovery: JournalRecovery, ledger: Ledger, run: RunDescription
    ) {
        self.folder = folder
        self.files = files
        self.settings = settings
        self.queue = queue
        var generator = SystemRandomNumberGenerator()
        self.journal = recovery.journal ?? generator.next()
        self.seed = SegmentHeader.seed(of: self.journal)
        self.ledger = ledger
        self.description = run
        self.next = recovery.next
        self.segments = recovery.segments.map { ($0.first, JournalFolder.bytes(of: $0.path)) }
        self.batch.reserveCapacity(Self.batchLimit)
    }

    /// Begins the run's first segment.
    func begin() throws(JournalError) {
        if let trouble = self.beginSegment(begins: true) {
            if trouble.code == 0 {
                throw .tooLarge(
                    what: "what describes the run", bytes: trouble.bytes, limit: JournalBuffer.recordLimit)
            }
            throw .system(
                what: trouble.what, path: self.folder.path(of: self.next), reason: JournalFiles.reason(trouble.code))
        }
    }

    // MARK: The thread

    func run() {
        var pause = 50_000
        var retry = 100_000_000
        while !self.queue.isAbandoned.load(ordering: .acquiring) {
            let isClosing = self.queue.isClosing.load(ordering: .acquiring)
            self.collect()
            if self.batch.isEmpty, self.newRun == nil {
                if isClosing, !self.queue.overflows {
                    self.end()
                    return
                }
                // The shard may have seen trouble just when it ended.
                self.succeeds()
                JournalFiles.pause(nanoseconds: pause)
                pause = min(pause * 2, self.settings.pauseNanoseconds)
                continue
            }
            pause = 50_000
            if let trouble = self.persist() {
                self.fails(trouble)
                if isClosing, self.givesUp() { return }
                self.wait(nanoseconds: retry)
                retry = min(retry * 2, 1_000_000_000)
            } else {
                retry = 100_000_000
                self.succeeds()
            }
        }
        self.closeFile()
    }

    /// Takes what waits, up to where indices get another meaning.
    private func collect() {
        guard self.batch.isEmpty, self.newRun == nil else { return }
        var limit = Self.batchLimit
        if let at = self.queue.nextRunAt() {
            limit = min(limit, at - self.taken)
            if limit <= 0 {
                self.newRun = self.queue.takeRun()
                return
            }
        }
        self.queue.take(into: &self.batch, limit: limit)
        self.taken += self.batch.count
    }

    /// A failure while closing is retried for a while.
    private func givesUp() -> Bool {
        let since = self.failingSince ?? JournalFiles.monotonic()
        guard Double(JournalFiles.monotonic() - since) > self.settings.closeSeconds * 1e9 else { return false }
        var rest: [JournalEntry] = []
        self.queue.take(into: &rest, limit: .max)
        self.queue.take(into: &rest, limit: .max)
        self.unwritten = self.batch.count + rest.count + (self.newRun == nil ? 0 : 1)
        self.closeFile()
        return true
    }

    /// Sleeps in short steps, so that an end is noticed.
    private func wait(nanoseconds: Int) {
        let until = JournalFiles.monotonic() + Int64(nanoseconds)
        while JournalFiles.monotonic() < until, !self.queue.isAbandoned.load(ordering: .acquiring) {
            if self.queue.isClosing.load(ordering: .acquiring), self.settings.closeSeconds < 1 { break }
            JournalFiles.pause(nanoseconds: 5_000_000)
        }
    }

    private func end() {
        self.buffer.removeAll()
        self.buffer.record(
            .ended, startsBatch: true, sequence: self.next, time: Timestamp(nanoseconds: JournalFiles.now()),
            seed: self.seed
        ) { _ in }
        // A journal without this record is as good: it only says that the end was in order.
        if self.descriptor >= 0, self.writeOut() == nil { self.count(records: 1) }
        self.closeFile()
    }

    private func closeFile() {
        if self.descriptor >= 0 { self.files.close(self.descriptor) }
        self.descriptor = -1
    }

    // MARK: Writing

    struct Failure {
        var what: String
        var code: Int32
        /// Where it is not the system that fails but a record that is too large: how large it is.
        var bytes = 0
    }

    /// Brings the batch to the disk, in a new segment where one is due, and takes it into the ledger.
    private func persist() -> Failure? {
        if self.descriptor < 0 || self.length >= self.settings.segmentBytes {
            if let failure = self.beginSegment(begins: false) { return failure }
            self.retain()
        }
        self.buffer.removeAll()
        if let run = self.newRun {
            let isWhole = self.buffer.record(
                .description, startsBatch: true, sequence: self.next,
                time: Timestamp(nanoseconds: JournalFiles.now()), seed: self.seed
            ) { run.encode(into: &$0) }
            if !isWhole { return Self.tooLarge(run) }
            if let failure = self.writeOut() { return failure }
            self.description = run
            self.newRun = nil
            do { try self.ledger.begin(run, isNew: false) } catch { self.tell(.warning, "journal: \(error)") }
            self.count(records: 1)
            return nil
        }
        var sequence = self.next
        for entry in self.batch {
            self.buffer.record(
                entry.content.kind, startsBatch: sequence == self.next, sequence: sequence, time: entry.time,
                seed: self.seed
            ) { entry.content.encode(into: &$0, time: entry.time) }
            sequence += 1
        }
        if let failure = self.writeOut() { return failure }
        for entry in self.batch { self.ledger.apply(entry.content) }
        let (from, to) = (self.batch[0].time.nanoseconds, JournalFiles.now())
        self.queue.status.withLock { $0.figures.durable(from: from, to: to) }
        let count = self.batch.count
        self.batch.removeAll(keepingCapacity: true)
        self.count(records: count)
        self.queue.durableEntries.add(count, ordering: .releasing)
        return nil
    }

    private static func tooLarge(_ run: RunDescription) -> Failure {
        var buffer = JournalBuffer()
        run.encode(into: &buffer)
        return Failure(what: "describe so many strategies, or so large ones, in", code: 0, bytes: buffer.count)
    }

    /// Writes the buffer at the end of the file and brings it to the disk. After a failure the file is as it was, or is left.
    private func writeOut() -> Failure? {
        let total = self.buffer.count
        var written = 0
        while written < total {
            let result = unsafe self.buffer.withBytes(from: written) { unsafe self.files.write(self.descriptor, $0) }
            if result == -Int(4) { continue }  // EINTR
            if result <= 0 {
                // A part may be there: the file is cut back, or another is begun.
                if self.files.truncate(self.descriptor, self.length) != 0 { self.closeFile() }
                return Failure(what: "write", code: result == 0 ? 5 : Int32(truncatingIfNeeded: -result))
            }
            written += result
        }
        let began = JournalFiles.monotonic()
        let result = self.files.sync(self.descriptor)
        if result < 0 {
            // What the system holds of this file can no longer be trusted: all that was not durable goes into a new one.
            _ = self.files.truncate(self.descriptor, self.length)
            self.closeFile()
            return Failure(what: "sync", code: -result)
        }
        let taken = JournalFiles.monotonic() - began
        self.queue.status.withLock { $0.figures.synced(taken) }
        self.length += total
        return nil
    }

    /// Begins a segment at the next record: header, what indices stand for, checkpoint; on the disk before anything follows.
    private func beginSegment(begins: Bool) -> Failure? {
        let path = self.folder.path(of: self.next)
        let now = JournalFiles.now()
        self.buffer.removeAll()
        SegmentHeader(journal: self.journal, first: self.next, created: now).encode(into: &self.buffer)
        var isWhole = self.buffer.record(
            begins ? .run : .description, startsBatch: true, sequence: self.next,
            time: Timestamp(nanoseconds: now), seed: self.seed
        ) { self.description.encode(into: &$0) }
        isWhole =
            self.buffer.record(
                .checkpoint, startsBatch: false, sequence: self.next + 1, time: Timestamp(nanoseconds: now),
                seed: self.seed
            ) { self.ledger.encode(into: &$0) } && isWhole
        if !isWhole { return Self.tooLarge(self.description) }
        // Left by an attempt that failed: nothing in it was ever counted.
        _ = self.files.remove(path)
        let created = self.files.create(path)
        if created < 0 { return Failure(what: "create", code: -created) }
        let (before, lengthBefore) = (self.descriptor, self.length)
        (self.descriptor, self.length) = (created, 0)
        var failure = self.writeOut()
        if failure == nil {
            let result = self.files.syncFolder(self.folder.path)
            if result < 0 { failure = Failure(what: "sync the folder of", code: -result) }
        }
        if let failure {
            self.closeFile()
            _ = self.files.remove(path)
            (self.descriptor, self.length) = (before, lengthBefore)
            return failure
        }
        if before >= 0 { self.files.close(before) }
        self.segments.append((self.next, 0))
        self.queue.segmentsBegun.add(1, ordering: .releasing)
        self.queue.status.withLock { $0.figures.statistics.segments += 1 }
        self.count(records: 2)
        return nil
    }

    /// Records are on the disk.
    private func count(records: Int) {
        self.next += UInt64(records)
        let (bytes, highWater) = (self.buffer.count, self.queue.ring.highWater)
        let dropped = self.queue.overflowCounts().dropped
        self.queue.status.withLock { status in
            status.figures.statistics.records += UInt64(records)
            status.figures.statistics.bytes += UInt64(bytes)
            status.figures.statistics.batches += 1
            status.figures.statistics.ringHighWater = highWater
            status.figures.statistics.dropped = dropped
        }
        if !self.segments.isEmpty { self.segments[self.segments.count - 1].bytes = self.length }
        self.queue.durableSequence.store(self.next - 1, ordering: .releasing)
    }

    // MARK: Retention

    /// Deletes the oldest segments where there are too many, and nobody needs them.
    private func retain() {
        var total = self.segments.reduce(0) { $0 + $1.bytes }
        let hold = self.queue.hold.load(ordering: .acquiring)
        while self.segments.count > self.settings.keepSegments, total > self.settings.keepBytes {
            if self.segments[1].first > hold {
                if !self.saysTooMuch {
                    self.tell(
                        .warning,
                        """
                        journal \(self.folder.path): \(total) bytes are kept, above the \(self.settings.keepBytes) allowed, because \
                        a follower has read up to record \(hold) only: see why it does not go on before the disk is full
                        """)
                }
                self.saysTooMuch = true
                return
            }
            let result = self.files.remove(self.folder.path(of: self.segments[0].first))
            if result < 0, result != -2 {
                self.tell(
                    .warning,
                    "journal: can't delete \(self.folder.path(of: self.segments[0].first)): \(JournalFiles.reason(-result))"
                )
                return
            }
            total -= self.segments.removeFirst().bytes
        }
        self.saysTooMuch = false
    }

    // MARK: What people see

    private func fails(_ failure: Failure) {
        let (waiting, _) = self.queue.overflowCounts()
        let reason = failure.code == 0 ? "" : ": \(JournalFiles.reason(failure.code))"
        let text =
            """
            journal \(self.folder.path): can't \(failure.what) the segment\(reason); \(self.batch.count + waiting) records or more \
            wait in memory until they are written\(failure.code == 28 ? ": free space on the disk" : "")
            """
        if self.failingSince == nil {
            self.failingSince = JournalFiles.monotonic()
            self.tell(.alarm, text)
        }
        self.queue.status.withLock { status in
            status.failure = text
            status.figures.statistics.failures += 1
        }
        self.queue.trouble.bitwiseOr(JournalQueue.Trouble.failing, ordering: .releasing)
    }

    /// The batch is on the disk; where nothing waits beside the ring any more all is well again.
    private func succeeds() {
        if self.queue.overflows {
            self.queue.trouble.store(JournalQueue.Trouble.overflowing, ordering: .releasing)
            return
        }
        if self.queue.trouble.load(ordering: .relaxed) == 0 { return }
        // Last of all, so that who sees it finds the words for it too.
        defer { self.queue.trouble.store(0, ordering: .releasing) }
        let wasStalled = self.queue.status.withLock { status in
            defer { (status.failure, status.isStallTold) = (nil, false) }
            return status.isStallTold
        }
        if wasStalled {
            self.tell(
                .information, "journal \(self.folder.path): the disk keeps up again; no order or fill was lost")
        }
        if let since = self.failingSince {
            let milliseconds = (JournalFiles.monotonic() - since) / 1_000_000
            self.tell(
                .information,
                "journal \(self.folder.path): records are written again, after \(milliseconds) ms; none was lost")
        }
        self.failingSince = nil
    }

    private func tell(_ severity: JournalNotice.Severity, _ text: String) {
        self.queue.status.withLock { status in
            if status.notices.count < 100 {
                status.notices.append(JournalNotice(severity: severity, text: text))
            }
        }
    }
}
