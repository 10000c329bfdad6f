internal import Foundation
internal import Glibc
internal import Synchronization
import TerraceCore

/// What happened, written down before anything else knows: entries go in from a shard's thread, and are on the disk a few
/// milliseconds later, in checksummed segments of a folder.
///
/// `append` and `describe` are for one thread, the shard's; everything else may be asked from anywhere, which is what makes this
/// `Sendable`. While writing fails everything waits in memory in order, `isFailing` says so, and nothing is lost or written twice
/// when it works again. Only public trades are dropped, and counted, when more waits than `overflowLimit`.
public final class Journal: @unchecked Sendable {
    /// Where the segments are.
    public let folder: String
    private let queue: JournalQueue
    private let writer: JournalWriter
    private let lock: Int32
    private let finished: DispatchSemaphore
    private let isClosed = Mutex(false)

    private init(
        folder: String, queue: JournalQueue, writer: JournalWriter, lock: Int32, finished: DispatchSemaphore
    ) {
        self.folder = folder
        self.queue = queue
        self.writer = writer
        self.lock = lock
        self.finished = finished
    }

    deinit { self.abandon() }

    // MARK: Opening

    /// Opens the journal in `folder`, which is created where it is not there: finds what the last run left, cuts what an interrupted
    /// write left behind, and begins a segment for `run`. Blocks for that long; the folder is locked until `close`.
    ///
    /// - Throws: where the folder can't be used, is in use, is damaged anywhere but at its end, is of a newer program, or where the
    ///   run can't go on from what was recorded. Nothing was changed then.
    public static func open(
        folder: String, settings: JournalSettings = JournalSettings(), run: RunDescription
    ) throws(JournalError) -> JournalOpening {
        try Self.open(folder: folder, settings: settings, run: run, files: .system)
    }

    static func open(
        folder: String, settings: JournalSettings, run: RunDescription, files: JournalFiles
    ) throws(JournalError) -> JournalOpening {
        let place = JournalFolder(path: folder)
        try place.create()
        let lock = try place.lock()
        do throws(JournalError) {
            let recovery = try JournalRecovery(folder: place)
            var ledger = recovery.ledger
            do { try ledger.begin(run, isNew: true) } catch { throw JournalError.ledger(error) }
            try Self.mend(recovery, place, files)
            let queue = JournalQueue(settings)
            let writer = JournalWriter(
                folder: place, files: files, settings: settings, queue: queue, recovery: recovery, ledger: ledger,
                run: run)
            try writer.begin()
            let finished = DispatchSemaphore(value: 0)
            let thread = Thread {
                writer.run()
                finished.signal()
            }
            thread.name = "journal"
            thread.start()
            return JournalOpening(
                journal: Journal(folder: folder, queue: queue, writer: writer, lock: lock, finished: finished),
                ledger: ledger, notes: recovery.notes)
        } catch {
            _ = Glibc.close(lock)
            throw error
        }
    }

    /// Removes what was never complete.
    private static func mend(
        _ recovery: JournalRecovery, _ folder: JournalFolder, _ files: JournalFiles
    ) throws(JournalError) {
        for path in recovery.unborn {
            let result = files.remove(path)
            if result < 0 { throw .system(what: "remove", path: path, reason: JournalFiles.reason(-result)) }
        }
        if let tail = recovery.tail {
            let descriptor = unsafe Glibc.open(tail.path, O_WRONLY | O_CLOEXEC)
            if descriptor < 0 { throw .system(what: "open", path: tail.path, reason: JournalFiles.reason(errno)) }
            defer { _ = Glibc.close(descriptor) }
            var result = files.truncate(descriptor, tail.offset)
            if result == 0 { result = files.sync(descriptor) }
            if result < 0 { throw .system(what: "cut", path: tail.path, reason: JournalFiles.reason(-result)) }
        }
        if !recovery.unborn.isEmpty {
            let result = files.syncFolder(folder.path)
            if result < 0 { throw .system(what: "sync", path: folder.path, reason: JournalFiles.reason(-result)) }
        }
    }

    /// What follows from the journal in `folder`, without changing or locking anything; also while a run writes it.
    ///
    /// - Throws: as `open` does; `empty` where there is no journal.
    public static func ledger(in folder: String) throws(JournalError) -> Ledger {
        let place = JournalFolder(path: folder)
        while true {
            let segments = try place.segments()
            guard let oldest = segments.first, let newest = segments.last else { throw .empty(folder: folder) }
            do throws(JournalError) {
                let recovery = try JournalRecovery(folder: place)
                if recovery.journal == nil { throw JournalError.empty(folder: folder) }
                return recovery.ledger
            } catch {
                // The writer may have gone on, and deleted what was to be read: the oldest goes first.
                guard case .system = error, JournalFolder.isGone(oldest.path) || JournalFolder.isGone(newest.path)
                else { throw error }
            }
        }
    }

    // MARK: Writing

    /// Writes an entry down. For the shard's thread alone.
    ///
    /// - Complexity: O(1); no lock, system call or allocation, unless the writer has not come back from the disk for as long as it
    ///   took to fill the ring.
    @inline(__always)
    public func append(_ entry: JournalEntry) { self.queue.append(entry) }

    /// From the next entry on, indices stand for what `run` says: a strategy came or went. For the shard's thread alone; allocates.
    public func describe(_ run: RunDescription) { self.queue.describe(run) }

    // MARK: How things stand

    /// Whether what happens can't be brought to the disk now: orders must not be sent, quotes must go. Costs nothing to ask.
    public var isFailing: Bool { self.queue.trouble.load(ordering: .acquiring) != 0 }

    /// Why it is failing, for people; nil while it is not.
    public var failure: String? {
        let trouble = self.queue.trouble.load(ordering: .acquiring)
        if trouble == 0 { return nil }
        if let text = self.queue.status.withLock({ $0.failure }) { return text }
        return self.stallText
    }

    /// The number of the last record that is on the disk.
    public var durableSequence: UInt64 { self.queue.durableSequence.load(ordering: .acquiring) }

    /// How many bytes its segments take on the disk; asks the system for each of them.
    public var bytesOnDisk: Int {
        let segments = (try? JournalFolder(path: self.folder).segments()) ?? []
        return segments.reduce(0) { $0 + JournalFolder.bytes(of: $1.path) }
    }

    /// How many of the entries appended so far are on the disk.
    public var durableEntries: Int { self.queue.durableEntries.load(ordering: .acquiring) }

    /// What it has done since it was opened.
    public var statistics: JournalStatistics { self.queue.status.withLock { $0.figures.summary } }

    /// What people should be told, oldest first, each once: failures, their ends, and what retention could not do. At most 100 wait.
    public func takeNotices() -> [JournalNotice] {
        let isFailing = self.isFailing
        return self.queue.status.withLock { status in
            defer { status.notices = [] }
            // The writer can't say so itself while it waits for the disk.
            if isFailing, status.failure == nil, !status.isStallTold {
                status.isStallTold = true
                status.notices.append(JournalNotice(severity: .alarm, text: self.stallText))
            }
            return status.notices
        }
    }

    private var stallText: String {
        "journal \(self.folder): the disk does not keep up; what happens waits in memory until it does"
    }

    /// A follower has what comes before `sequence` and needs everything from there on: no segment is deleted that holds any of it.
    /// A follower that does not know yet says 0.
    public func holdFrom(_ sequence: UInt64) { self.queue.hold.store(sequence, ordering: .releasing) }

    /// A reader, from record `sequence` on, of what is on the disk.
    ///
    /// - Throws: `missing` where that record is no longer kept, `beyondEnd` where it is more than one behind the last.
    public func reader(from sequence: UInt64) throws(JournalError) -> JournalReader {
        try JournalReader(folder: JournalFolder(path: self.folder), from: sequence, queue: self.queue)
    }

    // MARK: The end

    /// Writes what waits and a record of the orderly end, and lets go of the folder. Nothing must be appended any more. Blocks, at
    /// most `closeSeconds` longer than a write takes.
    ///
    /// - Throws: `notWritten` where records could not be written in that time.
    public func close() throws(JournalError) {
        let isFirst = self.isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        if !isFirst { return }
        self.queue.isClosing.store(true, ordering: .releasing)
        self.finished.wait()
        _ = Glibc.close(self.lock)
        if self.writer.unwritten > 0 {
            throw .notWritten(
                folder: self.folder, records: self.writer.unwritten,
                reason: self.failure ?? "the time to close was over")
        }
    }

    /// Lets go of everything as it is, as if the process had ended here.
    func abandon() {
        self.queue.isAbandoned.store(true, ordering: .releasing)
        try? self.close()
    }
}

/// What opening a journal came to.
public struct JournalOpening: Sendable {
    /// The journal, open for this run.
    public let journal: Journal
    /// What follows from all that was recorded before, in this run's units and with its indices.
    public let ledger: Ledger
    /// What people should be told of how the last run ended.
    public let notes: [String]
}
