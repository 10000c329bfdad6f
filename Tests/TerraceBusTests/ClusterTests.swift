import Foundation
import TerraceCore
import Testing

@testable import TerraceBus

@Suite("On a real Redis Cluster, the bus", .serialized) struct ClusterTests {
    @Test("spreads its channels over the nodes, follows a slot that moves, and survives a node that is killed")
    func three() async throws {
        let cluster = try await RedisCluster(3)
        let bus = try LiveBus(cluster.address, instruments: 30)
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        for node in cluster.nodes {
            #expect(try await node.connections(named: "terrace-run").count == 2)
            #expect(try await node.ask("PUBSUB", "SHARDCHANNELS").contains("terrace:{venue:PAIR"))
        }
        // A slot without keys may move: its books are stored again at the new node.
        let slot = HashSlot.of(BusNames.market("venue", "PAIR4"))
        let from = cluster.nodes.indices.first { slot >= 16_384 * $0 / 3 && slot < 16_384 * ($0 + 1) / 3 } ?? 0
        let moved = try await bus.eventually {
            try await cluster.nodes[from].ask("DEL", BusNames.book("venue", "PAIR4"))
            try await cluster.move(slot: slot, to: (from + 1) % 3)
            return try await cluster.nodes[from].ask("GET", BusNames.book("venue", "PAIR4")).contains("MOVED")
        }
        #expect(moved)
        #expect(
            try await bus.eventually {
                try await cluster.nodes[(from + 1) % 3].ask("PUBSUB", "SHARDCHANNELS").contains("PAIR4}")
            })
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        for node in cluster.nodes {
            node.kill()
            #expect(try await bus.eventually { try await bus.onReader { $0.books.contains { !$0.isWhole } } })
            try await node.start()
            #expect(try await bus.becomesLive())
            #expect(try await bus.agrees())
        }
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("takes in a node that joins")
    func joining() async throws {
        let cluster = try await RedisCluster(3, withSlots: 2)
        let bus = try LiveBus(cluster.address, instruments: 30)
        #expect(try await bus.becomesLive())
        #expect(try await cluster.nodes[2].connections(named: "terrace-").isEmpty)
        let slot = HashSlot.of(BusNames.market("venue", "PAIR4"))
        let from = slot < 16_384 / 2 ? 0 : 1
        let moved = try await bus.eventually {
            try await cluster.nodes[from].ask("DEL", BusNames.book("venue", "PAIR4"))
            try await cluster.move(slot: slot, to: 2)
            return try await cluster.nodes[from].ask("GET", BusNames.book("venue", "PAIR4")).contains("MOVED")
        }
        #expect(moved)
        #expect(
            try await bus.eventually {
                try await cluster.nodes[2].ask("PUBSUB", "SHARDCHANNELS").contains("PAIR4}")
            })
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await cluster.connections(named: "terrace-run").count == 6)
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("keeps to its connections where there are many nodes")
    func many() async throws {
        let cluster = try await RedisCluster(7)
        let bus = try LiveBus(cluster.address, instruments: 60)
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        for role in ["run", "feed"] {
            let connections = try await cluster.connections(named: "terrace-\(role)")
            #expect(connections.count == 8, "\(role): one a node, and one")
        }
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("says so where there are more nodes than connections, and goes no further")
    func tooMany() async throws {
        let cluster = try await RedisCluster(4)
        var settings = LiveBus.quick
        settings.connections = 3
        let bus = try LiveBus(cluster.address, instruments: 40, settings: settings)
        #expect(
            try await bus.eventually {
                let live = try await bus.onReader { $0.subscriber.statistics.live }
                return live > 0
            })
        #expect(
            try await bus.onReader {
                $0.notices.contains { $0.contains("4 nodes of Redis need 5 connections, and 3 are allowed") }
            })
        for role in ["run", "feed"] {
            #expect(try await cluster.connections(named: "terrace-\(role)").count <= 3)
        }
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("over several servers that know nothing of each other, goes on with those that are left")
    func independent() async throws {
        let servers = [try await RedisServer(), try await RedisServer()]
        let bus = try LiveBus(servers.map { $0.address }.joined(separator: ","))
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        servers[1].kill()
        #expect(
            try await bus.eventually {
                try await bus.onReader { $0.books.contains { $0.isWhole } && $0.books.contains { !$0.isWhole } }
            })
        try await servers[1].start()
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("loses the books of a node that the feed alone can't reach, keeps the others, and has them again")
    func feedCutOff() async throws {
        let servers = [try await RedisServer(), try await RedisServer()]
        for server in servers { try await server.ask("ACL", "SETUSER", "feed", "on", "nopass", "~*", "&*", "+@all") }
        let bus = try LiveBus(
            servers.map { "redis://feed:any@127.0.0.1:\($0.port)" }.joined(separator: ","),
            ofReader: servers.map { $0.address }.joined(separator: ","))
        #expect(try await bus.becomesLive())
        // In turn the node of the venue's heartbeats, and the other.
        for cut in servers.indices {
            func holds(_ place: Int) -> Bool {
                HashSlot.of(BusNames.market("venue", "PAIR\(place)")) * servers.count / 16_384 == cut
            }
            let there = (0..<bus.count).filter(holds)
            let elsewhere = (0..<bus.count).filter { !holds($0) }
            #expect(!there.isEmpty && !elsewhere.isEmpty)
            let reconnects = try await bus.onReader { $0.subscriber.statistics.reconnects }
            try await servers[cut].ask("ACL", "SETUSER", "feed", "off")
            try await servers[cut].ask("CLIENT", "KILL", "USER", "feed")
            #expect(
                try await bus.eventually {
                    try await bus.onReader { reader in
                        !there.contains { reader.books[$0].isWhole }
                            && !elsewhere.contains { !reader.books[$0].isWhole }
                    }
                })
            #expect(try await bus.onReader { $0.subscriber.statistics.reconnects } == reconnects)
            #expect(
                try await bus.onReader { $0.notices.contains { $0.contains("does it reach every node of Redis?") } })
            try await servers[cut].ask("ACL", "SETUSER", "feed", "on")
            #expect(try await bus.becomesLive())
            #expect(try await bus.agrees())
        }
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }
}
