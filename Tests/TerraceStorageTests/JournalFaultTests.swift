import Foundation
import Glibc
import Synchronization
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A journal whose disk fails") struct JournalFaultTests {
    /// 12 seeds by default, `TERRACE_SOAK_SEEDS` of them in the long run.
    static let seeds: [UInt64] = {
        let count = ProcessInfo.processInfo.environment["TERRACE_SOAK_SEEDS"].flatMap { Int($0) } ?? 12
        return (0..<max(1, count)).map { 3_000 + UInt64($0) }
    }()
    private static let settings = JournalSettings(
        segmentBytes: 4_096, keepBytes: 1 << 30, ringCapacity: 64, pauseNanoseconds: 20_000)

    @Test(
        "by any operation at any moment loses nothing, doubles nothing, and says when it fails", arguments: Self.seeds)
    func anywhere(seed: UInt64) throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let disk = JournalPowerCut(seed: seed)
        var random = JournalRandom(seed)
        let opening = try Journal.open(
            folder: folder, settings: Self.settings, run: JournalSamples.run(), files: disk.files)
        let journal = opening.journal
        var number: UInt64 = 0
        for round in 0..<60 {
            if round % 12 == 3 { disk.fails(oneOf: 1 + random.next() % 4) }
            if round % 12 == 6 { disk.fails(oneOf: 0) }
            for _ in 0..<random.next() % 40 {
                number += 1
                journal.append(JournalSamples.fill(number))
            }
            if random.next() % 3 == 0 { usleep(UInt32(random.next() % 3_000)) }
            #expect(journal.durableEntries <= Int(number))
        }
        disk.fails(oneOf: 0)
        #expect(JournalSamples.settle(journal, entries: Int(number)))
        // Its end is said a moment after the last entry is on the disk.
        for _ in 0..<20_000 where journal.isFailing { JournalFiles.pause(nanoseconds: 1_000_000) }
        #expect(!journal.isFailing && journal.failure == nil)
        let notices = journal.takeNotices()
        if journal.statistics.failures > 0 {
            #expect(
                notices.contains { $0.severity == .alarm && $0.text.contains("can't") }
                    && notices.contains { $0.severity == .information && $0.text.contains("again") }, "\(notices)")
        }
        try journal.close()
        #expect(try JournalSamples.numbers(folder) == Array(1..<(number + 1)), "seed \(seed)")
        #expect(try JournalVerification(folder: folder).faults == [])
    }

    @Test("and whose power is cut has all that it held for durable", arguments: Self.seeds)
    func powerCut(seed: UInt64) throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let disk = JournalPowerCut(seed: seed)
        var random = JournalRandom(seed)
        var written: [UInt64] = []
        var number: UInt64 = 0
        for cut in 0..<6 {
            let label = "seed \(seed), cut \(cut)"
            let opening = try Journal.open(
                folder: folder, settings: Self.settings, run: JournalSamples.run(), files: disk.files)
            let before = written.count
            if random.next() % 3 == 0 { disk.fails(oneOf: 3 + random.next() % 8) }
            for _ in 0..<random.next() % 20 {
                for _ in 0..<random.next() % 30 {
                    number += 1
                    written.append(number)
                    opening.journal.append(JournalSamples.fill(number))
                }
                usleep(UInt32(random.next() % 1_000))
            }
            // Read first: what is held for durable now must be there afterwards.
            let durable = opening.journal.durableEntries
            opening.journal.abandon()
            disk.fails(oneOf: 0)
            try disk.cut(folder)
            let found = try JournalSamples.numbers(folder)
            #expect(found.count >= before + durable, "\(label): \(found.count) of \(before) + \(durable)")
            #expect(found == Array(written.prefix(found.count)), "\(label)")
            #expect(try JournalVerification(folder: folder).faults == [], "\(label)")
            written = found
            number = found.last ?? 0
        }
    }

    @Test("never holds for durable what a failed fdatasync was to bring there, though the next one succeeds")
    func syncIsNotRetried() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let fails = Atomic(false)
        let synced = Mutex<[Int32]>([])
        let failed = Mutex<[Int32]>([])
        var files = JournalFiles.system
        files.sync = { descriptor in
            if fails.exchange(false, ordering: .relaxed) {
                failed.withLock { $0.append(descriptor) }
                return -EIO
            }
            synced.withLock { $0.append(descriptor) }
            return 0
        }
        let opening = try Journal.open(
            folder: folder, settings: JournalSettings(), run: JournalSamples.run(), files: files)
        opening.journal.append(JournalSamples.fill(1))
        #expect(JournalSamples.settle(opening.journal, entries: 1))
        fails.store(true, ordering: .relaxed)
        opening.journal.append(JournalSamples.fill(2))
        #expect(JournalSamples.settle(opening.journal, entries: 2))
        try opening.journal.close()
        #expect(failed.withLock { $0.count } == 1)
        // A segment of its own holds what that one may have lost.
        #expect(try JournalFolder(path: folder).segments().map { $0.first } == [1, 4])
        #expect(try JournalSamples.numbers(folder) == [1, 2])
    }

    @Test("by hanging says so, though its writer can't")
    func stalled() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let hangs = Atomic(false)
        var files = JournalFiles.system
        files.sync = { _ in
            while hangs.load(ordering: .relaxed) { usleep(1_000) }
            return 0
        }
        let opening = try Journal.open(
            folder: folder, settings: JournalSettings(stallNanoseconds: 50_000_000), run: JournalSamples.run(),
            files: files)
        let journal = opening.journal
        journal.append(JournalSamples.fill(1))
        #expect(JournalSamples.settle(journal, entries: 1))
        #expect(!journal.isFailing && journal.takeNotices() == [])
        hangs.store(true, ordering: .relaxed)
        var number: UInt64 = 1
        while !journal.isFailing {
            number += 1
            journal.append(JournalSamples.fill(number))
            usleep(1_000)
        }
        #expect(journal.takeNotices().contains { $0.severity == .alarm && $0.text.contains("does not keep up") })
        #expect(journal.takeNotices() == [])
        hangs.store(false, ordering: .relaxed)
        for _ in 0..<20_000 where journal.isFailing { usleep(1_000) }
        #expect(!journal.isFailing && journal.failure == nil)
        #expect(journal.takeNotices().contains { $0.severity == .information && $0.text.contains("keeps up again") })
        try journal.close()
        #expect(try JournalSamples.numbers(folder) == Array(1...number))
    }

    @Test("does not begin for a run that no record can describe, and says why")
    func tooLarge() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        var run = JournalSamples.run()
        run.strategies[0].configuration = String(repeating: "x", count: 17 << 20)
        do throws(JournalError) {
            _ = try Journal.open(folder: folder, run: run)
            Issue.record("it opened")
        } catch {
            guard case .tooLarge(_, let bytes, let limit) = error else { throw error }
            #expect(bytes > 17 << 20 && limit < 17 << 20)
        }
    }

    @Test("does not begin in a folder that can't be made, and says why and what to do")
    func noFolder() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: folder + "/file"))
        let error = #expect(throws: JournalError.self) {
            _ = try Journal.open(folder: folder + "/file/data/journal", run: JournalSamples.run())
        }
        #expect(
            error?.description
                == "journal: can't create \(folder)/file/data: Not a directory: name another folder in \"data\"")
        let opening = try Journal.open(folder: folder + "/a/b/journal", run: JournalSamples.run())
        try opening.journal.close()
        let mode = try FileManager.default.attributesOfItem(atPath: folder + "/a/b")[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test("keeps what a follower has not stored, says that it is too much, and lets go afterwards")
    func retention() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let opening = try Journal.open(
            folder: folder,
            settings: JournalSettings(segmentBytes: 2_000, keepBytes: 8_000, keepSegments: 2, pauseNanoseconds: 10_000),
            run: JournalSamples.run(), files: JournalDamage.quick)
        let journal = opening.journal
        var number: UInt64 = 0
        func write() {
            for _ in 0..<40 {
                for _ in 0..<5 {
                    number += 1
                    journal.append(JournalSamples.fill(number))
                }
                _ = JournalSamples.settle(journal, entries: Int(number))
            }
        }
        journal.holdFrom(10)
        write()
        #expect(try JournalFolder(path: folder).segments().first?.first == 1)
        #expect(try JournalSamples.numbers(folder) == Array(1...number))
        #expect(journal.takeNotices().count { $0.text.contains("a follower has read up to record 10 only") } == 1)
        let held = journal.durableSequence - 20
        journal.holdFrom(held)
        write()
        let oldest = try #require(try JournalFolder(path: folder).segments().first?.first)
        #expect(oldest > 1 && oldest <= held)
        // Positions are those of all records, though the first ones are gone.
        try journal.close()
        #expect(try Journal.ledger(in: folder).strategy("a")?.total.quantity.units == Int64(3 * number))
        #expect(try JournalVerification(folder: folder).faults == [])
        let first = try #require(try JournalSamples.numbers(folder).first)
        #expect(first > 1)
        #expect(throws: JournalError.missing(folder: folder, sequence: 1, next: oldest)) {
            try JournalReader(folder: folder, from: 1)
        }
    }
}
