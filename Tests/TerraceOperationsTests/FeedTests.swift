import Foundation
import Testing
import TerraceCore
import TerraceOperations

@Suite("A binary feed") struct FeedTests {
    static func path() -> String { NSTemporaryDirectory() + "terrace-feed-\(UUID().uuidString)" }

    static let pair = FeedPair(symbol: "AAAA/USDT", tick: 100, lot: 10)
    static let record = FeedRecord(
        time: 5, price: 300, quantity: 20, pair: 0, venue: 0, kind: FeedRecord.level, side: .ask, endsMessage: true,
        delay: 7)

    static func bytes(_ records: [FeedRecord]) throws -> [UInt8] {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var writer = try FeedWriter(path: path, header: FeedHeader(pairs: [Self.pair], venues: 2, seed: 9, start: 4))
        for record in records { try writer.append(record) }
        _ = try writer.finish()
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test("is read as it was written") func roundTrip() throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(try Self.bytes([Self.record, Self.record])).write(to: URL(fileURLWithPath: path))
        let feed = try FeedFile(path: path)
        #expect(feed.header.pairs == [Self.pair])
        #expect(feed.header.venues == 2 && feed.header.seed == 9 && feed.header.start == 4)
        #expect(feed.count == 2)
        #expect(feed[1] == Self.record)
    }

    @Test(
        "with a wrong byte is refused, with the place",
        arguments: [
            (0, 0x58, 0), (8, 2, 8), (12, 31, 12), (16, 2, 24), (18, 9, 16), (20, 65, 20), (20, 0, 20), (24, 3, 24),
            (32, 1, 123), (32, 9, 32), (64, 0, 64), (64, 7, 64), (64 + 16, 0, 80), (64 + 31, 0x80, 88),
            (96 + 24, 1, 120), (96 + 26, 2, 122), (96 + 27, 3, 123), (96 + 27, 2, 123), (96 + 28, 2, 124),
            (96 + 29, 0, 125), (96 + 8, 1, 104), (96 + 15, 0x80, 104), (96 + 16, 1, 112), (96 + 23, 0x80, 112),
            (96 + 7, 0x80, 96),
        ])
    func malformed(offset: Int, value: Int, reported: Int) throws {
        var bytes = try Self.bytes([Self.record])
        bytes[offset] = UInt8(value)
        if offset == 64 + 16 { bytes[offset] = 0 }
        #expect(Self.fault(bytes) == reported)
    }

    @Test("that is cut anywhere is refused") func truncated() throws {
        let bytes = try Self.bytes([Self.record, Self.record])
        for length in 0..<bytes.count { #expect(Self.fault(Array(bytes[..<length])) != nil, "cut at \(length)") }
        #expect(Self.fault(bytes) == nil)
    }

    @Test("with a message of two venues is refused") func mixed() throws {
        var first = Self.record
        first.flags = 0
        var second = Self.record
        second.venue = 1
        #expect(Self.fault(try Self.bytes([first, second])) == 128)
    }

    @Test("that is not there is one clear error") func missing() {
        #expect(throws: FeedError.self) { _ = try FeedFile(path: "/nonexistent/feed").count }
        #expect(throws: FeedError.self) { _ = try FeedFile(path: "/tmp").count }
    }

    static func fault(_ bytes: [UInt8]) -> Int? {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            _ = try FeedFile(path: path).count
            return nil
        } catch FeedError.malformed(_, let offset, _) {
            return offset
        } catch {
            return -1
        }
    }

    @Test("that is generated keeps the promises of the format", arguments: [1, 2, 3] as [UInt64])
    func generated(seed: UInt64) throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let header = try FeedGenerator(pairs: 3, venues: 4, updates: 20_000, seed: seed).write(to: path)
        let feed = try FeedFile(path: path)
        #expect(feed.header == header)
        var bids = [[Int64: Int64]](repeating: [:], count: 12)
        var asks = bids
        var levels = 0
        var messages = 0
        var absent = 0
        var trades = 0
        for index in 0..<feed.count {
            let record = feed[index]
            let book = Int(record.pair) * 4 + Int(record.venue)
            if record.kind == FeedRecord.trade {
                trades += 1
                continue
            }
            if record.kind == FeedRecord.level { levels += 1 }
            let new = record.quantity == 0 ? nil : record.quantity
            if record.side == .bid {
                if new == nil, bids[book][record.price] == nil { absent += 1 }
                bids[book][record.price] = new
            } else {
                if new == nil, asks[book][record.price] == nil { absent += 1 }
                asks[book][record.price] = new
            }
            guard record.endsMessage else { continue }
            if record.kind == FeedRecord.level { messages += 1 }
            let bid = try #require(bids[book].keys.max())
            let ask = try #require(asks[book].keys.min())
            if bid >= ask { Issue.record("crossed at record \(index)") }
            if !(20...100).contains(bids[book].count) || !(20...100).contains(asks[book].count) {
                Issue.record("\(bids[book].count) and \(asks[book].count) levels at record \(index)")
            }
        }
        #expect(levels == 20_000)
        #expect(absent > 0 && trades > 0)
        let mean = Double(levels) / Double(messages)
        #expect(mean > 5.2 && mean < 5.8)
    }

    @Test("comes out the same from the same seed") func deterministic() throws {
        var all: [Data] = []
        for seed in [7, 7, 8] as [UInt64] {
            let path = Self.path()
            defer { try? FileManager.default.removeItem(atPath: path) }
            _ = try FeedGenerator(pairs: 2, venues: 2, updates: 500, seed: seed).write(to: path)
            all.append(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
        #expect(all[0] == all[1])
        #expect(all[0] != all[2])
    }
}
