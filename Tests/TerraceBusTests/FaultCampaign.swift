import Foundation
import NIOCore
import NIOPosix
import TerraceCore
import Testing

@testable import TerraceBus

/// Random faults, one after the other and at times one amid another; the market goes on all the while. Whatever happens: a book
/// that the reader calls one is a state that the publisher's book was in, and not an earlier one than it had shown; no trade comes
/// twice; and once the faults are over, all books are the publisher's.
@Suite("Whatever happens to Redis, feed and reader", .serialized) struct FaultCampaign {
    /// More where TERRACE_SOAK_SEEDS says how many.
    static let seeds =
        1...max(20, ProcessInfo.processInfo.environment["TERRACE_SOAK_SEEDS"].flatMap { UInt64($0) } ?? 20)

    @Test("no book is wrong, and in the end all are right", arguments: Self.seeds)
    func campaign(seed: UInt64) async throws {
        let server = try await RedisServer()
        try await self.run(seed, [server], server.address)
    }

    @Test("nor on a cluster", arguments: 1001...(1006 + (Self.seeds.upperBound - 20) / 4))
    func clusterCampaign(seed: UInt64) async throws {
        let cluster = try await RedisCluster(3)
        try await self.run(seed, cluster.nodes, cluster.address)
    }

    private func run(_ seed: UInt64, _ servers: [RedisServer], _ address: String) async throws {
        let bus = try LiveBus(address, instruments: 12, seed: seed)
        var random = MarketFlow(instruments: 0, seed: seed &* 7_919)
        var done: [String] = []
        #expect(try await bus.becomesLive(), "seed \(seed)")
        for _ in 0..<8 {
            done.append(try await self.fault(&random, servers[random.next(servers.count)], bus))
            try await Task.sleep(for: .milliseconds(random.next(150)))
        }
        for server in servers { try await server.ask("CONFIG", "SET", "maxmemory", "0") }
        #expect(try await bus.becomesLive(), "seed \(seed) after \(done)")
        #expect(try await bus.agrees(), "seed \(seed) after \(done)")
        #expect(try await bus.isRight() == [], "seed \(seed) after \(done)")
        try await bus.end()
    }

    private func fault(_ random: inout MarketFlow, _ server: RedisServer, _ bus: LiveBus) async throws -> String {
        let number = random.next(12)
        switch number {
        case 0:
            let time = 20 + random.next(1_500)
            server.pause()
            try await Task.sleep(for: .milliseconds(time))
            server.goOn()
            return "pause of \(time) ms"
        case 1:
            server.kill()
            try await Task.sleep(for: .milliseconds(random.next(300)))
            try await server.start()
            return "restart"
        case 2, 3:
            let type = number == 2 ? "normal" : "pubsub"
            try await server.ask("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes")
            return "cut of \(type)"
        case 4:
            try await server.ask("FLUSHALL")
            return "flush"
        case 5:
            try await server.ask("CONFIG", "SET", "maxmemory", random.next(2) == 0 ? "1mb" : "0")
            return "memory"
        case 6:
            let epoch = try await bus.onFeed { $0.publisher.epoch }
            var bytes = ForeignMessageTests.message(
                random.next(2) == 0 ? .update : .lost, epoch: epoch, sequence: 1 << 40 + UInt64(random.next(100_000)),
                time: LiveBus.now.nanoseconds, body: [0, 0, 0, 0, 0])
            if random.next(2) == 0 { bytes[random.next(bytes.count)] ^= UInt8(1 + random.next(255)) }
            if random.next(3) == 0 { bytes.removeLast(random.next(bytes.count)) }
            try await server.publish("terrace:{venue:PAIR\(random.next(bus.count))}:md", bytes)
            return "foreign message"
        case 7:
            let time = UInt32(20 + random.next(1_200))
            let reader = bus.reader
            _ = try await reader.loop.submit { usleep(time * 1_000) }.get()
            return "reader stands still for \(time) ms"
        case 8:
            let time = UInt32(20 + random.next(1_500))
            let feed = bus.feed
            _ = try await feed.loop.submit { usleep(time * 1_000) }.get()
            return "feed stands still for \(time) ms"
        case 9:
            let inOrder = random.next(2) == 0
            try await bus.replaceFeed(inOrder: inOrder)
            return "feed replaced, in order: \(inOrder)"
        case 10:
            let feed = bus.feed
            try await feed.loop.submit { for _ in 0..<10 { feed.loseOne() } }.get()
            return "lost messages"
        default:
            // Amid a pause the connections are cut.
            server.pause()
            let feed = bus.feed
            try await feed.loop.submit { feed.publisher.lines.lose(0, "cut") }.get()
            try await Task.sleep(for: .milliseconds(random.next(400)))
            server.goOn()
            return "cut and pause"
        }
    }
}
