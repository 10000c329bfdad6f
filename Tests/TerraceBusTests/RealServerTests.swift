import Foundation
import NIOCore
import NIOPosix
import TerraceCore
import Testing

@testable import TerraceBus

@Suite("On a real Redis, the bus", .serialized) struct RealServerTests {
    @Test("brings every book to a subscriber, and counts few connections")
    func books() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        let statistics = try await bus.onReader { $0.subscriber.statistics }
        #expect(statistics.faults == 0 && statistics.gaps == 0)
        #expect(try await server.connections(named: "terrace-run").count == statistics.connections)
        #expect(statistics.connections == 2)
        #expect(try await bus.isRight() == [])
        try await bus.end()
        #expect(try await bus.eventually { try await server.connections(named: "terrace-").isEmpty })
    }

    @Test("comes back when Redis is killed and started again, empty")
    func killed() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        for _ in 0..<2 {
            server.kill()
            #expect(
                try await bus.eventually {
                    try await bus.onReader { !$0.books.contains { $0.isWhole } && $0.isVenueUp == false }
                })
            try await server.start()
            #expect(try await bus.becomesLive())
            #expect(try await bus.agrees())
            #expect(try await bus.eventually { try await server.ask("KEYS", "*:book").contains("terrace:{venue:PAIR") })
        }
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("is not misled by the old books of a Redis that comes back with what it had saved")
    func killedWithData() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        #expect(try await bus.eventually { try await server.ask("KEYS", "*:book").contains("PAIR7}") })
        #expect(try await server.ask("SAVE").contains("OK"))
        let updates = try await bus.onReader { $0.subscriber.statistics.updates }
        #expect(
            try await bus.eventually { try await bus.onReader { $0.subscriber.statistics.updates > updates + 200 } })
        server.kill()
        #expect(try await bus.eventually { try await bus.onReader { !$0.books.contains { $0.isWhole } } })
        try await server.start()
        #expect(try await server.ask("KEYS", "*:book").contains("PAIR7}"))
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("loses the books while Redis stands still, and has them again when it goes on")
    func paused() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        server.pause()
        #expect(try await bus.eventually { try await bus.onReader { !$0.books.contains { $0.isWhole } } })
        try await Task.sleep(for: .seconds(2))
        let unanswered = try await bus.onFeed { $0.publisher.statistics.unanswered }
        #expect(unanswered <= bus.settings.unansweredBytes + 1 << 20)
        server.goOn()
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("survives its connections being cut at the server", arguments: ["normal", "pubsub", "both"])
    func cut(kind: String) async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        for _ in 0..<3 {
            let before = try await bus.onReader { $0.subscriber.statistics.reconnects }
            // Again, where it is just on its way back.
            #expect(
                try await bus.eventually {
                    for type in kind == "both" ? ["normal", "pubsub"] : [kind] {
                        try await server.ask("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes")
                    }
                    return try await bus.onReader { $0.subscriber.statistics.reconnects > before }
                })
            #expect(try await bus.becomesLive())
            #expect(try await bus.agrees())
        }
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("says that the password is wrong or missing, tries seldom, and goes on once it is right")
    func passwords() async throws {
        let server = try await RedisServer(["--requirepass", "right"])
        for address in ["redis://:wrong@127.0.0.1:\(server.port)", server.address] {
            let began = LiveBus.now.nanoseconds
            let bus = try LiveBus(address)
            let words = address == server.address ? "the server wants a password" : "the password or user is wrong"
            let said = try await bus.eventually {
                let all = try await bus.onReader { $0.notices } + bus.onFeed { $0.notices }
                return all.count { $0.contains(words) } >= 2
            }
            #expect(said)
            try await Task.sleep(for: .seconds(2))
            // After 50 ms at the soonest, and twice as long with each failure, up to 2.5 to 5 s.
            let statistics = try await bus.onReader { $0.subscriber.statistics }
            let seconds = Int((LiveBus.now.nanoseconds - began) / 1_000_000_000)
            #expect(statistics.reconnects <= 8 + seconds / 2 && statistics.live == 0)
            let notices = try await bus.onReader { $0.notices }
            #expect(!notices.contains { $0.contains("wrong@") } && notices.count < 10)
            if address == server.address {
                try await server.ask("CONFIG", "SET", "requirepass", "", password: "right")
                #expect(try await bus.becomesLive())
            }
            try await bus.end()
        }
    }

    @Test("says that the server has no password where one is given")
    func needless() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address, password: "word")
        #expect(
            try await bus.eventually {
                try await bus.onReader {
                    $0.notices.contains { $0.contains("the server has no password: take password_env out") }
                }
            })
        try await bus.end()
    }

    @Test("publishes on while Redis is out of memory, says so once, and stores books again when there is room")
    func outOfMemory() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        try await server.ask("CONFIG", "SET", "maxmemory", "1mb", "maxmemory-policy", "noeviction")
        #expect(
            try await bus.eventually {
                try await bus.onFeed { $0.notices.contains { $0.contains("out of memory (maxmemory)") } }
            })
        let updates = try await bus.onReader { $0.subscriber.statistics.updates }
        #expect(
            try await bus.eventually { try await bus.onReader { $0.subscriber.statistics.updates > updates + 200 } })
        #expect(try await bus.agrees())
        #expect(try await bus.onFeed { $0.notices.count { $0.contains("out of memory") } } == 1)
        try await server.ask("CONFIG", "SET", "maxmemory", "0")
        #expect(
            try await bus.eventually {
                try await bus.onFeed { $0.notices.contains { $0.contains("stores books again") } }
            })
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("does not need what it stored: FLUSHALL costs no book")
    func flushed() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        try await server.ask("FLUSHALL")
        #expect(try await bus.agrees())
        #expect(try await bus.onReader { $0.subscriber.statistics.reconnects } == 0)
        #expect(try await bus.eventually { try await server.ask("KEYS", "*:book").contains("PAIR3}") })
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("says what a user without rights may not do, and does not storm the server with it")
    func forbidden() async throws {
        let server = try await RedisServer()
        try await server.ask("ACL", "SETUSER", "deaf", "on", ">word", "~*", "resetchannels", "+@all")
        let bus = try LiveBus("redis://deaf:word@127.0.0.1:\(server.port)")
        #expect(
            try await bus.eventually {
                let reader = try await bus.onReader {
                    $0.notices.contains { $0.contains("a subscription was refused: NOPERM") }
                }
                let feed = try await bus.onFeed { $0.notices.contains { $0.contains("Redis refuses: NOPERM") } }
                return reader && feed
            })
        #expect(try await bus.onReader { $0.notices.count } < 10)
        try await server.ask("ACL", "SETUSER", "deaf", "&terrace:*")
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        try await bus.end()
    }

    @Test("works with the rules that the operations page gives, under which a run can't publish prices")
    func rules() async throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("docs/operations.md"), encoding: .utf8)
        let server = try await RedisServer()
        for line in page.split(separator: "\n") where line.hasPrefix("user feed ") || line.hasPrefix("user run ") {
            let words = Self.words(line.dropFirst(5))
            #expect(try await server.ask(["ACL", "SETUSER"] + words) == "OK\n", "\(words)")
        }
        // As they are configured: the user in the address, the password from elsewhere.
        let bus = try LiveBus(
            "redis://feed@127.0.0.1:\(server.port)", password: "FEEDWORD",
            ofReader: "redis://run@127.0.0.1:\(server.port)", "RUNWORD")
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.eventually { try await server.ask("KEYS", "*:book").contains("PAIR3}") })
        #expect(try await bus.onFeed { $0.publisher.statistics.refused } == 0)
        #expect(try await bus.onReader { $0.subscriber.statistics.asked } > 0)
        let refused = try await server.ask(
            ["--user", "run", "--pass", "RUNWORD", "PUBLISH", "terrace:{venue:PAIR3}:md", "x"])
        #expect(refused.contains("NOPERM"))
        // Without its password nobody goes on as the default user.
        let unproved = try LiveReader(
            bus.group.next(), try RedisAddress.list("redis://run@127.0.0.1:\(server.port)"), instruments: bus.count,
            settings: bus.settings)
        try await unproved.loop.submit { unproved.start() }.get()
        #expect(
            try await bus.eventually {
                try await unproved.loop.submit {
                    unproved.notices.contains { $0.contains("the password or user is wrong") }
                }.get()
            })
        #expect(try await unproved.loop.submit { unproved.subscriber.statistics.connections }.get() == 0)
        try await unproved.loop.flatSubmit {
            unproved.isOver = true
            return unproved.subscriber.close() ?? unproved.loop.makeSucceededVoidFuture()
        }.get()
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    /// The words of a rule; what stands in brackets is one.
    private static func words(_ line: Substring) -> [String] {
        guard let open = line.firstIndex(of: "(") else { return line.split(separator: " ").map { String($0) } }
        return line[..<open].split(separator: " ").map { String($0) } + [String(line[open...])]
    }

    @Test("over TLS trusts the root that it was given, and nothing else")
    func secure() async throws {
        let authority = try await TestAuthority()
        let server = try await RedisServer(certificate: (authority.certificate, authority.key))
        let strange = try LiveBus(server.address)
        #expect(
            try await strange.eventually {
                try await strange.onReader { $0.notices.contains { $0.contains("TLS could not be agreed") } }
            })
        #expect(try await strange.onReader { $0.subscriber.statistics.connections } == 0)
        try await strange.end()
        var settings = LiveBus.quick
        settings.extraRoots = [authority.root]
        let bus = try LiveBus(server.address, settings: settings)
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        server.kill()
        #expect(try await bus.eventually { try await bus.onReader { !$0.books.contains { $0.isWhole } } })
        try await server.start()
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }
}
