import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("The format of the journal") struct JournalFormatTests {
    @Test("brings every kind of content back, whatever its values", arguments: 0...JournalRandom.kinds)
    func roundTrip(kind: Int) throws {
        var random = JournalRandom(UInt64(kind))
        for _ in 0..<500 {
            let content = random.content(kind)
            let time = random.time()
            var buffer = JournalBuffer(capacity: 1)
            content.encode(into: &buffer, time: time)
            let bytes = buffer.withBytes { Array($0) }
            var reader = JournalBytes(bytes)
            let back = try #require(try JournalContent(content.kind, &reader, time: time))
            #expect("\(back)" == "\(content)")
            #expect(reader.left == 0)
            // Whatever is missing is missed.
            for count in 0..<bytes.count {
                var short = JournalBytes(Array(bytes[..<count]))
                #expect(throws: MalformedBytes.self) { try JournalContent(content.kind, &short, time: time) }
            }
        }
    }

    @Test("takes any bytes without a crash")
    func noise() {
        var random = JournalRandom(1)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next())
            }
            for kind in JournalKind.allCases {
                var reader = JournalBytes(bytes)
                _ = try? JournalContent(kind, &reader, time: .distantPast)
            }
            var run = JournalBytes(bytes)
            _ = try? RunDescription(&run)
            var ledger = JournalBytes([Ledger.version] + bytes)
            _ = try? Ledger(&ledger)
        }
    }

    @Test("is compact: a public trade takes at most 50 bytes, a fill at most 110")
    func sizes() {
        #expect(MemoryLayout<JournalEntry>.stride <= 144)
        #expect(_isPOD(JournalEntry.self))
        for (entry, most) in [(JournalSamples.trade(1 << 32), 50), (JournalSamples.fill(1 << 32), 110)] {
            var buffer = JournalBuffer()
            buffer.record(entry.content.kind, startsBatch: true, sequence: 1 << 40, time: entry.time, seed: 1) {
                entry.content.encode(into: &$0, time: entry.time)
            }
            let count = buffer.count
            #expect(count <= most)
        }
    }

    @Test("brings descriptions of runs back")
    func runs() throws {
        let run = JournalSamples.run()
        var buffer = JournalBuffer()
        run.encode(into: &buffer)
        let bytes = buffer.withBytes { Array($0) }
        var reader = JournalBytes(bytes)
        #expect(try RunDescription(&reader) == run)
        for count in 0..<bytes.count {
            var short = JournalBytes(Array(bytes[..<count]))
            #expect(throws: MalformedBytes.self) { try RunDescription(&short) }
        }
    }

    @Test("names segments so that they sort, and takes no other file for one")
    func names() {
        #expect(SegmentName.text(first: 1) == "journal-00000000000000000001.tj")
        #expect(SegmentName.first(of: SegmentName.text(first: .max)) == .max)
        for name in ["journal-1.tj", "journal-0000000000000000000x.tj", "journal-99999999999999999999.tj", "lock"] {
            #expect(SegmentName.first(of: name) == nil)
        }
    }
}
