import Foundation
import NIOCore
import NIOPosix
import TerraceCore
import Testing

@testable import TerraceBus

@Suite("Feeds and readers on a real Redis", .serialized) struct PublisherTests {
    @Test(
        "a feed that dies is seen by its silence, one that ends at once; the next takes over", arguments: [true, false])
    func replaced(inOrder: Bool) async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        let feed = bus.feed
        try await feed.loop.flatSubmit { feed.end(inOrder: inOrder) }.get()
        #expect(
            try await bus.eventually {
                try await bus.onReader { !$0.books.contains { $0.isWhole } && $0.isVenueUp == false }
            })
        let words = inOrder ? "its feed ends" : "its feed is silent"
        #expect(try await bus.onReader { $0.notices.contains { $0.contains(words) } })
        #expect(try await bus.eventually { try await server.ask("EXISTS", "terrace:{venue}:feed").hasPrefix("0") })
        try await bus.replaceFeed(inOrder: true)
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("a feed that starts while another runs is followed, and the other is not heard any more")
    func second() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        let old = bus.feed
        var flow = MarketFlow(instruments: bus.count, seed: 99)
        flow.beginAgain()
        let new = try LiveFeed(bus.group.next(), bus.addresses, flow, settings: bus.feedSettings)
        try await new.loop.submit { new.start() }.get()
        #expect(
            try await bus.eventually {
                let epoch = try await new.loop.submit { new.publisher.epoch }.get()
                return try await bus.onReader { !$0.subscriber.instruments.contains { $0.epoch != epoch } }
            })
        bus.feed = new
        #expect(try await bus.agrees())
        try await old.loop.flatSubmit { old.end(inOrder: true) }.get()
        #expect(try await bus.agrees())
        try await bus.end()
    }

    @Test("a reader that stands still loses its books, skips what is old, and never holds up the feed")
    func slow() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        // Another reader of the same books goes on all the while.
        let other = try LiveReader(bus.group.next(), bus.addresses, instruments: bus.count, settings: bus.settings)
        try await other.loop.submit { other.start() }.get()
        let before = try await bus.onFeed { $0.publisher.statistics.updates }
        let reader = bus.reader
        _ = try await reader.loop.submit { usleep(3_000_000) }.get()
        let after = try await bus.onFeed { ($0.publisher.statistics, $0.slowest) }
        #expect(after.0.updates > before + 100)
        #expect(after.0.unanswered <= bus.settings.unansweredBytes)
        #expect(try await bus.eventually { try await bus.onReader { $0.subscriber.statistics.lagged > 0 } })
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        let statistics = try await bus.onReader { $0.subscriber.statistics }
        #expect(statistics.skipped > 0 && statistics.faults == 0)
        #expect(try await bus.isRight() == [])
        try await other.loop.flatSubmit {
            other.isOver = true
            return other.subscriber.close() ?? other.loop.makeSucceededVoidFuture()
        }.get()
        try await bus.end()
    }

    @Test("a feed that is faster than Redis merges changes, and holds no more than it may")
    func merging() async throws {
        let server = try await RedisServer()
        var settings = LiveBus.quick
        settings.unansweredBytes = 16_384
        settings.answerLimit = 20_000_000_000
        let bus = try LiveBus(server.address, settings: settings)
        #expect(try await bus.becomesLive())
        server.pause()
        #expect(try await bus.eventually { try await bus.onFeed { $0.publisher.statistics.held > 200 } })
        let held = try await bus.onFeed {
            (
                $0.publisher.statistics.unanswered,
                $0.publisher.instruments.map { $0.changes.count + $0.trades.count }.max() ?? 0
            )
        }
        #expect(held.0 < 16_384 + 65_536)
        #expect(held.1 <= PublishedInstrument.mostChanges + PublishedInstrument.mostTrades)
        server.goOn()
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("whoever comes late goes on from the stored book and the updates that follow it")
    func late() async throws {
        let server = try await RedisServer()
        var settings = LiveBus.quick
        settings.storePeriod = 20_000_000
        let bus = try LiveBus(server.address, settings: settings)
        #expect(try await bus.becomesLive())
        #expect(try await bus.eventually { try await server.ask("KEYS", "*:book").contains("PAIR7}") })
        var fromStore: UInt64 = 0
        for number in 0..<100 where number < 3 || fromStore == 0 {
            let late = try LiveReader(
                bus.group.next(), bus.addresses, instruments: bus.count, settings: bus.settings,
                log: try await bus.onFeed { $0.flow.log })
            try await late.loop.submit { late.start() }.get()
            #expect(
                try await bus.eventually {
                    try await late.loop.submit { late.subscriber.statistics.live == late.books.count }.get()
                })
            #expect(try await late.loop.submit { late.wrong }.get() == [])
            fromStore += try await late.loop.submit { late.subscriber.statistics.fromStore }.get()
            try await late.loop.flatSubmit {
                late.isOver = true
                return late.subscriber.close() ?? late.loop.makeSucceededVoidFuture()
            }.get()
        }
        #expect(fromStore > 0)
        try await bus.end()
    }

    @Test("a venue that falls silent at the feed is not said to be heard, though the feed is")
    func silence() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        #expect(try await bus.eventually { try await bus.onReader { $0.heartbeats > 3 } })
        // The one that is on its way still tells of the market before.
        func beats() async throws -> UInt64 { try await bus.onFeed { $0.publisher.venues[0].beats } }
        // The market now and then loses a book, which comes back with its next message: not to be stopped in between.
        #expect(
            try await bus.eventually {
                try await bus.onFeed { feed in
                    feed.isFlowing = !feed.publisher.instruments.allSatisfy { $0.isWhole }
                    return !feed.isFlowing
                }
            })
        let silentSince = try await beats()
        #expect(try await bus.eventually { try await beats() > silentSince + 3 })
        // What comes after it has come: so the one before has.
        try await bus.onReader { $0.subscriber.resnapshot(InstrumentIndex(0)) }
        #expect(try await bus.becomesLive())
        let heard = try await bus.onReader { $0.heartbeats }
        let before = try await beats()
        #expect(try await bus.eventually { try await beats() > before + 5 })
        #expect(try await bus.onReader { $0.heartbeats } == heard)
        // The books stay, and so does the feed: how long is too long is for each run to say.
        #expect(try await bus.becomesLive())
        try await bus.onFeed {
            $0.publisher.take(
                [Delivery(at: LiveBus.now, event: .connection(LiveBus.venue.index, .heartbeat))], at: LiveBus.now)
        }
        #expect(try await bus.eventually { try await bus.onReader { $0.heartbeats == heard + 1 } })
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("that no feed is heard, and that one does not publish what is wanted, is said once each")
    func unserved() async throws {
        let server = try await RedisServer()
        var settings = LiveBus.quick
        settings.vainLimit = 1_500_000_000
        let bus = try LiveBus(server.address, settings: settings)
        #expect(try await bus.becomesLive())
        let feed = bus.feed
        try await feed.loop.flatSubmit { feed.end(inOrder: true) }.get()
        // Wants one more than there will be.
        let reader = try LiveReader(
            bus.group.next(), bus.addresses, instruments: bus.count + 1, settings: settings)
        try await reader.loop.submit { reader.start() }.get()
        func said(_ words: String) async throws -> Int {
            try await reader.loop.submit { reader.notices.count { $0.contains(words) } }.get()
        }
        let unheard = "venue: no feed is heard: start `terrace feed`, or correct `feed` in bus"
        #expect(try await bus.eventually { try await said(unheard) > 0 })
        try await bus.replaceFeed(inOrder: true)
        let missing = "venue: its feed does not publish PAIR\(bus.count): is it in the feed's configuration?"
        #expect(try await bus.eventually { try await said(missing) > 0 })
        let asked = try await reader.loop.submit { reader.subscriber.statistics.asked }.get()
        #expect(
            try await bus.eventually {
                try await reader.loop.submit { reader.subscriber.statistics.asked > asked }.get()
            })
        let counts = (try await said(unheard), try await said(missing), try await said("does not publish"))
        #expect(counts == (1, 1, 1))
        #expect(try await bus.onReader { !$0.notices.contains { $0.contains("no feed is heard") } })
        try await reader.loop.flatSubmit {
            reader.isOver = true
            return reader.subscriber.close() ?? reader.loop.makeSucceededVoidFuture()
        }.get()
        try await bus.end()
    }

    @Test("what nobody listens to is not published, and the feed is told when that changes")
    func demand() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        let reader = bus.reader
        try await reader.loop.submit { reader.subscriber.unsubscribe(InstrumentIndex(3)) }.get()
        #expect(try await bus.eventually { try await bus.onFeed { $0.wanted[3] == false } })
        #expect(try await bus.onReader { !$0.books[3].isWhole })
        try await reader.loop.submit { reader.subscriber.subscribe(InstrumentIndex(3)) }.get()
        #expect(try await bus.eventually { try await bus.onFeed { $0.wanted[3] == true } })
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }
}
