import Foundation
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A store whose tables have partitions") struct StorePartitionTests {
    /// The statements that `docs/operations.md` gives.
    private static func statements() throws -> String {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/operations.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: "BEGIN;\nDROP VIEW"))
        let end = try #require(text[start.lowerBound...].range(of: "COMMIT;"))
        return String(text[start.lowerBound..<end.upperBound])
    }

    @Test("holds what the journals say, and lets go of what is old and of nothing else")
    func partitions() async throws {
        let place = try StoreEngine.postgres.place()
        let connection = try #require(try connected(place) as? PostgresConnection)
        // Some of it is there before they are made, some comes later.
        let script = StoreScript(seed: 71, events: 1_000)
        let folder = try script.write()
        try connection.migrate()
        _ = try await follow(folder, into: place)
        try connection.execute(Self.statements())
        // A week from 21 September 2026 on, in which the script's trades are.
        try connection.execute(
            """
            BEGIN;
            CREATE TABLE trades_moved (LIKE trades);
            INSERT INTO trades_moved SELECT * FROM trades;
            DELETE FROM trades;
            CREATE TABLE trades_early PARTITION OF trades FOR VALUES FROM ('2026-09-21') TO ('2026-09-21 14:20:00+00');
            CREATE TABLE trades_late PARTITION OF trades FOR VALUES FROM ('2026-09-21 14:20:00+00') TO ('2026-09-28');
            INSERT INTO trades SELECT * FROM trades_moved;
            DROP TABLE trades_moved;
            COMMIT
            """)
        try script.check(place)
        #expect(try connection.lines("SELECT count(*) FROM trades_named") != ["0"])
        let again = StoreScript(seed: 71, events: 1_000)
        _ = try await follow(again.write(), into: place)
        #expect(try connection.lines("SELECT count(*) FROM trades WHERE source = 0") == ["\(script.trades.count)"])
        #expect(
            try connection.lines("SELECT sum(trades) FROM buckets")
                == ["\(script.trades.count + 2 * script.unnumbered)"])
        // Rows of different partitions have the same places within them.
        let early = Int(try connection.lines("SELECT count(*) FROM trades_early")[0]) ?? 0
        let late = Int(try connection.lines("SELECT count(*) FROM trades_late")[0]) ?? 0
        #expect(early > 20 && late > 20)
        let middle = Timestamp(nanoseconds: 1_790_000_400_000_000_000)
        var gone = 0
        while true {
            let count = try connection.writer().deleteOlder(
                than: StoreHorizon(trades: middle, buckets: .distantPast), limit: 10)
            gone += count
            if count < 10 { break }
        }
        #expect(gone == early)
        #expect(try connection.lines("SELECT count(*) FROM trades_late") == ["\(late)"])
    }
}
