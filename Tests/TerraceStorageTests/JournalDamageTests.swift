import Foundation
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A damaged journal") struct JournalDamageTests {
    /// 20 seeds by default, `TERRACE_SOAK_SEEDS` of them in the long run; each stands for 40 damages.
    static let seeds: [UInt64] = {
        let count = ProcessInfo.processInfo.environment["TERRACE_SOAK_SEEDS"].flatMap { Int($0) } ?? 20
        return (0..<max(1, count)).map { UInt64($0) }
    }()

    @Test("is cut where its end is torn, and else stops the start with the place, untouched", arguments: Self.seeds)
    func anywhere(seed: UInt64) throws {
        let whole = try JournalDamage(seed: seed)
        #expect(whole.segments.count > 2)
        var random = JournalRandom(seed)
        for round in 0..<40 {
            // The newest segment is where ends are torn.
            let segment =
                Bool.random(using: &random)
                ? whole.segments.count - 1 : Int.random(in: 0..<whole.segments.count, using: &random)
            let (bytes, what) = whole.damaged(segment, &random)
            let label = "seed \(seed), round \(round): \(what) of segment \(segment) of \(whole.segments.count)"
            let folder = JournalSamples.folder()
            defer { JournalSamples.remove(folder) }
            try whole.write(to: folder, segment, bytes)
            try Self.check(whole, folder, segment, whole.outcome(segment, bytes), bytes, "\(label)")
        }
    }

    private static func check(
        _ whole: JournalDamage, _ folder: String, _ segment: Int, _ outcome: JournalDamage.Outcome, _ bytes: [UInt8],
        _ label: String
    ) throws {
        let name = whole.segments[segment].name
        let verification = try? JournalVerification(folder: folder)
        let read = self.read(folder)
        #expect(read.numbers.elementsEqual(whole.numbers.prefix(read.numbers.count)), "\(label)")
        switch outcome {
        case .stops(_, let offset):
            #expect(verification?.isSound == false, "\(label)")
            #expect(verification?.faults.first?.contains(name) ?? false, "\(label): \(verification?.faults ?? [])")
            #expect(read.error != nil, "\(label): nothing was said")
            var said: JournalError?
            do throws(JournalError) {
                _ = try Journal.open(
                    folder: folder, settings: JournalSettings(), run: JournalSamples.run(), files: JournalDamage.quick)
            } catch {
                said = error
            }
            switch said {
            case .corrupt(let file, let at, _, _):
                #expect(file.hasSuffix(name) && at == offset, "\(label): \(file) at \(at), not \(offset)")
            // Cut between two records: nothing is wrong with what is there, and something is missing.
            case .missing: #expect(bytes.count == offset, "\(label)")
            default: Issue.record("\(label): \(String(describing: said))")
            }
            let after = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
            #expect(after == bytes, "\(label): the file was changed")
        case .opens(let count, let isSaid):
            #expect(verification?.isSound == true, "\(label): \(verification?.faults ?? [])")
            #expect(read.error == nil && read.numbers.count == count, "\(label)")
            let opening = try Journal.open(
                folder: folder, settings: JournalSettings(), run: JournalSamples.run(), files: JournalDamage.quick)
            if isSaid { #expect(opening.notes.contains { $0.contains(name) }, "\(label): \(opening.notes)") }
            #expect(opening.ledger.strategy("a")?.total.quantity.units ?? 0 == Int64(3 * count), "\(label)")
            opening.journal.append(JournalSamples.fill(9_999))
            try opening.journal.close()
            #expect(try JournalSamples.numbers(folder) == whole.numbers.prefix(count) + [9_999], "\(label)")
            #expect(try JournalVerification(folder: folder).isSound, "\(label)")
        }
    }

    /// What a reader gives before it says that something is wrong.
    private static func read(_ folder: String) -> (numbers: [UInt64], error: JournalError?) {
        var numbers: [UInt64] = []
        do throws(JournalError) {
            let reader = try JournalReader(folder: folder)
            while let record = try reader.next() {
                if case .entry(let content) = record.content, let number = JournalSamples.number(content) {
                    numbers.append(number)
                }
            }
        } catch {
            return (numbers, error)
        }
        return (numbers, nil)
    }

    @Test("does not begin anew where all that is left is the beginning of a later segment")
    func nothingBefore() throws {
        let whole = try JournalDamage(seed: 1)
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let newest = try #require(whole.segments.last)
        // A header and nothing else.
        let path = folder + "/" + newest.name
        try Data(newest.bytes[..<60]).write(to: URL(fileURLWithPath: path))
        let first = try #require(SegmentName.first(of: newest.name))
        #expect(throws: JournalError.nothingBefore(file: path, sequence: first)) {
            try Journal.open(folder: folder, run: JournalSamples.run())
        }
        #expect(try !JournalVerification(folder: folder).isSound)
    }

    @Test("is no torn tail where a segment was begun behind what is gone")
    func reach() throws {
        let whole = try JournalDamage(seed: 2)
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let place = whole.segments.count - 2
        let segment = whole.segments[place]
        let last = try #require(segment.records.last)
        try whole.write(to: folder, place, Array(segment.bytes[..<(last.offset + 5)]))
        // The newest was only just created.
        try Data().write(to: URL(fileURLWithPath: folder + "/" + whole.segments[place + 1].name))
        do throws(JournalError) {
            _ = try Journal.open(folder: folder, run: JournalSamples.run())
            Issue.record("it opened")
        } catch {
            guard case .corrupt(let file, let offset, _, _) = error else { throw error }
            #expect(file.hasSuffix(segment.name) && offset == last.offset)
            #expect(error.description.contains(whole.segments[place + 1].name))
        }
    }

    @Test("with a header that counts too far is refused, not counted on from")
    func overflow() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var buffer = JournalBuffer()
        SegmentHeader(journal: 1, first: .max, created: 1).encode(into: &buffer)
        let isWhole = buffer.record(
            .run, startsBatch: true, sequence: .max, time: Timestamp(nanoseconds: 1), seed: SegmentHeader.seed(of: 1)
        ) { JournalSamples.run().encode(into: &$0) }
        #expect(isWhole)
        let bytes = buffer.withBytes { Array($0) }
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + SegmentName.text(first: .max)))
        #expect(throws: JournalError.self) { try Journal.open(folder: folder, run: JournalSamples.run()) }
        #expect(throws: JournalError.self) { try JournalSamples.records(folder) }
        #expect(try !JournalVerification(folder: folder).isSound)
    }

    @Test(
        "whose checksums are right and whose contents are hostile ends no process", arguments: 0..<20 as Range<UInt64>)
    func hostile(seed: UInt64) throws {
        var random = JournalRandom(seed)
        var ledger = Ledger()
        try ledger.begin(JournalSamples.run(), isNew: true)
        for number in 0..<200 as Range<UInt64> {
            ledger.apply(JournalSamples.fill(number).content)
            ledger.apply(random.content(Int(random.next() % 45)))
        }
        let whole = JournalSamples.bytes(ledger)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            var reader = JournalBytes(bytes)
            guard var changed = try? Ledger(&reader) else { continue }
            try? changed.begin(JournalSamples.run(exponents: (-6, -6)), isNew: true)
            for number in 0..<20 as Range<UInt64> { changed.apply(JournalSamples.fill(1_000 + number).content) }
            _ = JournalSamples.bytes(changed)
        }
    }
}
