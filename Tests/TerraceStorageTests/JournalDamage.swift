import Foundation
import TerraceCore

@testable import TerraceStorage

/// A journal's files in memory, where its records stand in them, and what has to come of any damage, worked out in the plainest way.
struct JournalDamage {
    struct Record {
        var offset: Int
        var end: Int
        var startsBatch: Bool
        var number: UInt64?
    }
    struct Segment {
        var name: String
        var bytes: [UInt8]
        var records: [Record]
    }
    /// What opening must come to.
    enum Outcome: Equatable {
        /// Damage is said, at the record that begins here, and nothing is changed.
        case stops(segment: Int, offset: Int)
        /// It opens, and finds just so many of the numbers.
        case opens(count: Int, isSaid: Bool)
    }

    let segments: [Segment]
    var numbers: [UInt64] { self.segments.flatMap { $0.records.compactMap { $0.number } } }

    /// The system's files, without waiting for the disk.
    static var quick: JournalFiles {
        var files = JournalFiles.system
        files.sync = { _ in 0 }
        files.syncFolder = { _ in 0 }
        return files
    }

    /// A journal of several segments and many batches, some of one record and some of more; not closed.
    init(seed: UInt64) throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        var random = JournalRandom(seed)
        let settings = JournalSettings(segmentBytes: 1_500, keepBytes: 1 << 30, pauseNanoseconds: 10_000)
        let opening = try Journal.open(folder: folder, settings: settings, run: JournalSamples.run(), files: Self.quick)
        var number: UInt64 = 0
        for _ in 0..<30 {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                number += 1
                opening.journal.append(JournalSamples.fill(number))
            }
            _ = JournalSamples.settle(opening.journal, entries: Int(number))
        }
        opening.journal.abandon()
        var segments: [Segment] = []
        for segment in try JournalFolder(path: folder).segments() {
            guard case .reader(let reader) = try SegmentReader.open(segment.path) else { continue }
            var records: [Record] = []
            while case .record(let raw) = try reader.next() {
                var record = Record(
                    offset: raw.offset, end: reader.offset, startsBatch: raw.startsBatch, number: nil)
                if case .entry(let content) = try reader.decode(raw).content {
                    record.number = JournalSamples.number(content)
                }
                records.append(record)
            }
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: segment.path)))
            segments.append(
                Segment(name: String(segment.path.split(separator: "/").last ?? ""), bytes: bytes, records: records))
        }
        self.segments = segments
    }

    /// Writes the files with one of them changed.
    func write(to folder: String, _ changed: Int, _ bytes: [UInt8]) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (place, segment) in self.segments.enumerated() {
            try Data(place == changed ? bytes : segment.bytes).write(
                to: URL(fileURLWithPath: folder + "/" + segment.name))
        }
    }

    /// How many numbers stand before a place.
    private func count(before segment: Int, _ offset: Int) -> Int {
        self.segments[..<segment].reduce(0) { $0 + $1.records.count { $0.number != nil } }
            + self.segments[segment].records.count { $0.number != nil && $0.end <= offset }
    }

    /// What must come of `bytes` in the place of a segment's.
    func outcome(_ segment: Int, _ bytes: [UInt8]) -> Outcome {
        let original = self.segments[segment]
        let isNewest = segment == self.segments.count - 1
        let changed = original.bytes.indices.map { $0 >= bytes.count || bytes[$0] != original.bytes[$0] }
        guard let first = changed.firstIndex(of: true) else { return .opens(count: self.numbers.count, isSaid: false) }
        let isBlank = bytes.count < SegmentHeader.size || bytes.allSatisfy { $0 == 0 }
        if isBlank, isNewest { return .opens(count: self.count(before: segment, 0), isSaid: true) }
        let isHeader = first < SegmentHeader.size
        let struck = original.records.firstIndex { $0.end > first } ?? 0
        let offset = isHeader ? 0 : original.records[struck].offset
        if !isNewest { return .stops(segment: segment, offset: offset) }
        // A later batch is there whole: what was struck had been durable.
        let isDurable = original.records[(struck + 1)...].contains { record in
            record.startsBatch && !changed[record.offset..<record.end].contains(true)
        }
        if isDurable { return .stops(segment: segment, offset: offset) }
        if struck < 2 { return .opens(count: self.count(before: segment, 0), isSaid: true) }
        return .opens(count: self.count(before: segment, offset), isSaid: bytes.count > offset)
    }

    /// A way to damage a segment.
    func damaged(_ segment: Int, _ random: inout JournalRandom) -> (bytes: [UInt8], what: String) {
        var bytes = self.segments[segment].bytes
        // Ends matter more than their share.
        let place =
            Bool.random(using: &random)
            ? Int.random(in: 0..<bytes.count, using: &random)
            : max(0, bytes.count - 1 - Int.random(in: 0..<300, using: &random))
        switch random.next() % 5 {
        case 0:
            bytes[place] ^= 1 << UInt8(random.next() % 8)
            return (bytes, "a bit of byte \(place)")
        case 1:
            bytes.removeSubrange(place...)
            return (bytes, "cut at \(place)")
        case 2:
            for index in place..<bytes.count { bytes[index] = 0 }
            return (bytes, "zeros from \(place) on")
        case 3:
            let end = min(bytes.count, place + Int.random(in: 1..<600, using: &random))
            for index in place..<end { bytes[index] = 0 }
            return (bytes, "zeros from \(place) to \(end)")
        default:
            let end = min(bytes.count, place + Int.random(in: 1..<100, using: &random))
            for index in place..<end { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
            return (bytes, "noise from \(place) to \(end)")
        }
    }
}
