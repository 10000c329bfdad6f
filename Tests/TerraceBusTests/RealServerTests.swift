import Foundation
import TerraceCore
import Testing

@testable import TerraceBus

@Suite("On a real Redis, the bus", .serialized) struct RealServerTests {
    @Test("brings every book to a subscriber, and counts few connections")
    func books() async throws {
        let server = try RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.eventually { try await bus.isLive() })
        #expect(try await bus.agrees())
        let statistics = try await bus.onReader { $0.subscriber.statistics }
        #expect(statistics.faults == 0 && statistics.gaps == 0)
        #expect(try server.connections(named: "terrace-run").count == statistics.connections)
        #expect(statistics.connections == 2)
        try await bus.end()
        #expect(try server.connections(named: "terrace-").isEmpty)
    }

    @Test("comes back when Redis is killed and started again, empty")
    func killed() async throws {
        let server = try RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.eventually { try await bus.isLive() })
        for _ in 0..<2 {
            server.kill()
            #expect(
                try await bus.eventually {
                    try await bus.onReader { !$0.books.contains { $0.isWhole } && $0.isVenueUp == false }
                })
            try server.start()
            #expect(try await bus.eventually { try await bus.isLive() })
            #expect(try await bus.agrees())
            #expect(try await bus.eventually { try server.ask("KEYS", "*:book").contains("terrace:{venue:PAIR") })
        }
        try await bus.end()
    }

    @Test("loses the books while Redis stands still, and has them again when it goes on")
    func paused() async throws {
        let server = try RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.eventually { try await bus.isLive() })
        server.pause()
        #expect(try await bus.eventually { try await bus.onReader { !$0.books.contains { $0.isWhole } } })
        try await Task.sleep(for: .seconds(2))
        let unanswered = try await bus.onFeed { $0.publisher.statistics.unanswered }
        #expect(unanswered <= bus.settings.unansweredBytes + 1 << 20)
        server.goOn()
        #expect(try await bus.eventually { try await bus.isLive() })
        #expect(try await bus.agrees())
        try await bus.end()
    }
}
