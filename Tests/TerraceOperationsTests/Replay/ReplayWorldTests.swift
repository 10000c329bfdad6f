import TerraceCore
import TerraceSimulation
import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("An engine beside a recording") struct ReplayWorldTests {
    /// Replays a made recording, and calls `look` after each record with its number from 1.
    static func replay(
        _ recording: MadeRecording, _ look: (Int, borrowing ReplayWorld) -> Void
    ) async throws -> RunReport {
        try await recording.withFile { path in
            let run = ReplayRun(market: .spot, symbols: ["AAA/USDT"], files: [path])
            let plan = try ReplayPlan(run)
            var reader = RecordingReader(files: [path])
            guard try reader.next() else { throw ReplayError.nothingToReplay("") }
            var world = try plan.world(start: reader.time)
            repeat {
                world.take(reader)
                look(reader.records, world)
            } while try reader.next()
            return try await run.run()
        }
    }

    @Test(
        "pulls its quotes when the feed falls silent, and quotes again when it goes on without a break",
        arguments: [20.0, 90_000])
    func silence(seconds: Double) async throws {
        var recording = MadeRecording()
        recording.snapshot()
        recording.idle(messages: 30)
        let before = recording.lines.count
        recording.wait(seconds: seconds)
        recording.idle(messages: 30)
        var open: [Int: Int] = [:]
        var cancelled: [Int: UInt64] = [:]
        var lost: UInt64 = 0
        let report = try await Self.replay(recording) { record, world in
            open[record] = world.engine.openOrders
            cancelled[record] = world.engine.statistics.cancelled
            lost = world.engine.statistics.booksLost
        }
        #expect(open[before] ?? 0 >= 5)
        // All of them were pulled before the first message after the silence, which brought the book back.
        #expect(cancelled[before + 1] == (cancelled[before] ?? 0) + UInt64(open[before] ?? 0))
        #expect(open[recording.lines.count] ?? 0 >= 5)
        #expect(lost == 1)
        #expect(report.reconciled)
        #expect(report.feed?["AAAUSDT"]?.applied == 60)
        #expect(report.feed?["AAAUSDT"]?.gaps == 0)
    }

    @Test("pulls its quotes at a gap, and quotes again after the next snapshot")
    func gap() async throws {
        var recording = MadeRecording()
        recording.snapshot()
        recording.idle(messages: 30)
        recording.change(skipping: 3)
        recording.idle(messages: 5)
        let lost = recording.lines.count
        recording.snapshot()
        recording.idle(messages: 30)
        var open: [Int: Int] = [:]
        let report = try await Self.replay(recording) { record, world in open[record] = world.engine.openOrders }
        #expect(open[lost - 6] ?? 0 >= 5)
        #expect(open[lost] == 0)
        #expect(open[recording.lines.count] ?? 0 >= 5)
        #expect(report.feed?["AAAUSDT"]?.gaps == 1)
        #expect(report.reconciled)
    }

    @Test("shows no quote on a snapshot that no change has followed yet")
    func unbridged() async throws {
        var recording = MadeRecording()
        recording.snapshot()
        for _ in 0..<5 { recording.trade("99.99", "0.01", isSale: true) }
        recording.idle(messages: 30)
        var placed: [Int: UInt64] = [:]
        let report = try await Self.replay(recording) { record, world in
            placed[record] = world.engine.statistics.placed
        }
        #expect(placed[6] == 0)
        #expect(placed[recording.lines.count] ?? 0 >= 5)
        #expect(report.reconciled)
        #expect(report.gates["killed"] == nil)
    }

    @Test("is filled by what trades beyond its queue, and books it as the paper venue does")
    func fills() async throws {
        var recording = MadeRecording()
        recording.snapshot()
        recording.idle(messages: 20)
        recording.trade("99.95", "50.00", isSale: true)
        recording.idle(messages: 5)
        recording.trade("100.05", "50.00", isSale: false)
        recording.idle(messages: 20)
        var fills: [Int: UInt64] = [:]
        let report = try await Self.replay(recording) { record, world in fills[record] = world.engine.statistics.fills }
        #expect(fills[21] == 0)
        #expect(fills[27] ?? 0 > 0)
        #expect(fills[recording.lines.count] ?? 0 > fills[27] ?? 0)
        #expect(report.fills == fills[recording.lines.count])
        #expect(report.feed?["AAAUSDT"]?.trades == 2)
        #expect(report.reconciled)
    }

    @Test("loses its book by a message that makes no sense, and goes on after the next snapshot")
    func malformed() async throws {
        var recording = MadeRecording()
        recording.snapshot()
        recording.idle(messages: 20)
        recording.change(bids: [("99.9x", "1")])
        recording.idle(messages: 5)
        recording.snapshot()
        recording.idle(messages: 20)
        var open: [Int: Int] = [:]
        let report = try await Self.replay(recording) { record, world in open[record] = world.engine.openOrders }
        #expect(open[27] == 0)
        #expect(open[recording.lines.count] ?? 0 >= 5)
        #expect(report.feed?["AAAUSDT"]?.malformed == 1)
        #expect(report.reconciled)
    }

    @Test("survives altered, doubled, lost and absurd messages, and reconciles whatever they were", arguments: 0..<10)
    func hostile(batch: Int) async throws {
        for seed in batch * 50 + 1...batch * 50 + 50 {
            var random = SeededGenerator(seed: UInt64(seed))
            var recording = MadeRecording()
            recording.snapshot()
            recording.idle(messages: 10)
            recording.trade("99.95", "50.00", isSale: true)
            recording.idle(messages: 10)
            recording.change(bids: [("99.99", "0"), ("99.98", "0")], asks: [("99.98", "7.5")])
            recording.snapshot()
            recording.trade("100.05", "50.00", isSale: false)
            recording.idle(messages: 10)
            var lines = recording.lines.map { Array($0.utf8) }
            for _ in 0..<1 + random.below(6) {
                let line = random.below(lines.count)
                switch random.below(5) {
                case 0: lines.remove(at: line)
                case 1: lines.insert(lines[line], at: line)
                case 2:
                    // A digit of the message, not of the time of receipt: larger numbers, other ids, no numbers.
                    let place = 22 + random.below(lines[line].count - 22)
                    lines[line][place] = UInt8(random.chance(0.7) ? 0x30 + random.below(10) : 0x20 + random.below(95))
                case 3:
                    let place = 22 + random.below(lines[line].count - 22)
                    if (0x30...0x39).contains(lines[line][place]) {
                        lines[line].insert(contentsOf: Array(repeating: 0x39, count: 1 + random.below(8)), at: place)
                    }
                default: lines[line].removeLast(random.below(lines[line].count - 22))
                }
            }
            let bytes = Array(lines.joined(separator: [0x0A])) + [0x0A]
            try await withTemporaryFile("hostile.rec", bytes) { path in
                do throws(ReplayError) {
                    let report = try await ReplayRun(market: .spot, symbols: ["AAA/USDT"], files: [path]).run()
                    #expect(report.mismatches == [], "seed \(seed)")
                    #expect(report.orders.workingAtEnd == 0, "seed \(seed)")
                } catch {
                    #expect(!error.description.isEmpty, "seed \(seed)")
                }
            }
        }
    }
}
