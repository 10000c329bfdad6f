import Foundation
import NIOCore
import NIOPosix
import TerraceCore
import Testing

@testable import TerraceBus

@Suite("What others publish on the bus's channels", .serialized) struct ForeignMessageTests {
    /// A whole message with a check that fits.
    static func message(
        _ kind: BusMessage.Kind, flags: UInt8 = 0, epoch: UInt64, sequence: UInt64, time: Int64, body: [UInt8] = []
    ) -> [UInt8] {
        var writer = BusWriter()
        writer.begin(BusMessage(kind, flags: flags, epoch: epoch, sequence: sequence, time: time))
        for byte in body { writer.byte(byte) }
        writer.end()
        return writer.bytes
    }

    /// What a reader says of them, and messages of which it says that.
    private static func foreign(_ words: String, epoch: UInt64) -> [[UInt8]] {
        let now = LiveBus.now.nanoseconds
        func snapshot(_ body: [UInt8]) -> [UInt8] {
            self.message(.snapshot, epoch: epoch, sequence: 1 << 41, time: now, body: body)
        }
        let whole = snapshot([0, 0, 1, 1, 2, 3, 4, 5])
        switch words {
        case "not Terrace's": return [Array("hello".utf8), Array(repeating: 0, count: 100_000)]
        case "is cut": return [[], Array(whole.prefix(20))]
        case "of version 2": return [Array(whole.prefix(1)) + [2] + whole.dropFirst(2)]
        case "check does not fit": return [Array(whole.dropLast()), Array(whole.dropLast()) + [99]]
        case "unknown kind": return [whole.withKind(99)]
        case "what can't be": return [snapshot([0, 0, 255, 255, 255, 255, 15])]
        case "finer than": return [snapshot([0x9C, 0x9C, 1, 0, 2, 2])]
        default: return []
        }
    }

    @Test("is counted and said, costs the book for a moment, and is never taken for a book")
    func foreign() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        let epoch = try await bus.onFeed { $0.publisher.epoch }
        let words = [
            "not Terrace's", "is cut", "of version 2", "check does not fit", "unknown kind", "what can't be",
            "finer than",
        ]
        for words in words {
            let faults = try await bus.onReader {
                $0.notices.removeAll()
                $0.subscriber.faultsNotedAt = .min / 2
                return $0.subscriber.statistics.faults
            }
            for bytes in Self.foreign(words, epoch: epoch) {
                try await server.publish("terrace:{venue:PAIR5}:md", bytes)
            }
            #expect(
                try await bus.eventually { try await bus.onReader { $0.subscriber.statistics.faults > faults } },
                "\(words)")
            let notices = try await bus.onReader { $0.notices }
            #expect(notices.contains { $0.contains(words) }, "\(words): \(notices)")
            #expect(try await bus.becomesLive(), "\(words)")
        }
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test("with the largest and smallest numbers everywhere stops nobody")
    func extremes() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        let epoch = try await bus.onFeed { $0.publisher.epoch }
        let now = LiveBus.now.nanoseconds
        let most: [UInt8] = Array(repeating: 0xFF, count: 9) + [1]
        let least: [UInt8] = [0xFE] + Array(repeating: 0xFF, count: 8) + [1]
        var bodies: [[UInt8]] = [[], [0, 0, 1, 0, 2, 2], [0, 0, 1, 0, 2, 2, 0]]
        for number in [most, least] {
            bodies += [
                number, [0, 0] + number, [0, 0, 1] + number, [0, 0, 1, 0] + number + [2, 0],
                [0, 0, 1, 0, 2] + number + [0],
                [0, 0, 2, 0] + number + [2] + number + [2, 0], [0, 0] + number + [1, 0, 2, 2, 0],
                [0, 0, 0, 0, 1, 3] + number + number + number + number, [0, 0, 0, 0, 1, 3, 2, 2] + number + [1],
                [0x7F, 0x80, 1, 0] + number + number + [0],
            ]
        }
        let sequences: [UInt64] = [0, 1, 1 << 61, 1 << 62 - 1, 1 << 62, 1 << 63 - 1, 1 << 63, .max - 1, .max]
        let times: [Int64] = [now, .min, -1, 0, .max, 1 << 62, now + 1 << 61]
        let kinds: [BusMessage.Kind] = [.update, .snapshot, .lost, .heartbeat, .end, .request]
        var all: [[UInt8]] = []
        for kind in kinds {
            for sequence in sequences {
                for body in [[0, 0, 1, 0, 2, 2], [0, 0, 1, 0, 2, 2, 0]] as [[UInt8]] {
                    all.append(Self.message(kind, epoch: epoch, sequence: sequence, time: now, body: body))
                }
                for epoch in [epoch, 0, epoch + 1, .max] {
                    all.append(
                        Self.message(
                            kind, flags: 255, epoch: epoch, sequence: sequence, time: now,
                            body: bodies[all.count % bodies.count]))
                }
            }
            for body in bodies {
                for flags in [0, 255] as [UInt8] {
                    all.append(
                        Self.message(kind, flags: flags, epoch: epoch, sequence: 1 << 41, time: now, body: body))
                }
            }
        }
        // Last: after these all others are late.
        for kind in kinds {
            for time in times { all.append(Self.message(kind, epoch: epoch, sequence: 1 << 40, time: time)) }
        }
        // All ways in of a reader, and that of a feed, with a book and without.
        let messages = all
        let next = Self.message(.update, epoch: epoch, sequence: 7, time: now, body: [0, 0, 1, 0, 2, 2, 0])
        try await bus.onReader { reader in
            let it = reader.subscriber
            let market = it.instruments[5].channel
            let line = it.lines.channels[market].line
            for bytes in messages {
                for state in [HeardInstrument.State.live, .synchronising] {
                    for line in it.isLate.indices { it.isLate[line] = false }
                    it.instruments[5].follow(epoch)
                    it.instruments[5].state = state
                    let sequence = BusMessage.word(bytes.span, 16, 8)
                    it.instruments[5].sequence = min(sequence, 1 << 62) - min(sequence, 1)
                    it.answer(.book(5), .bytes(bytes), node: 0)
                    it.message(market, bytes.span, line: line)
                    it.answer(.book(5), .bytes(bytes), node: 0)
                    it.message(market, next.span, line: line)
                    it.message(it.venues[0].channel, bytes.span, line: line)
                }
            }
        }
        try await bus.onFeed { feed in
            for bytes in messages {
                feed.publisher.message(feed.publisher.venues[0].requests, bytes.span, line: 0)
            }
        }
        // What hostile clocks did to the shortest way is forgotten with their publisher.
        try await bus.replaceFeed(inOrder: true)
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        try await bus.end()
    }

    @Test("with a number beyond what can be counted is malformed, whatever else it says")
    func beyond() throws {
        for (sequence, time) in [(1 << 62, 0), (.max, 0), (1, .min), (1, .max), (1, 1 << 62)] as [(UInt64, Int64)] {
            let bytes = Self.message(.update, epoch: 1, sequence: sequence, time: time, body: [0, 0, 0, 0, 0])
            #expect(throws: BusFault.malformed) { try BusMessage(bytes.span) }
        }
        let last = Self.message(.update, epoch: .max, sequence: 1 << 62 - 1, time: 1 << 62 - 1, body: [0, 0, 0, 0, 0])
        #expect(try BusMessage(last.span).sequence == 1 << 62 - 1)
    }

    @Test("on the channels of heartbeats and requests, or stored in place of a book, changes nothing")
    func elsewhere() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        let feedFaults = try await bus.onFeed { $0.publisher.statistics.faults }
        for bytes in [Array("hello".utf8), Self.message(.request, epoch: 0, sequence: 0, time: 0, body: [255, 1, 65])] {
            try await server.publish("terrace:{venue}:feed", bytes)
            try await server.publish("terrace:{ask}:venue", bytes)
            try await server.store("terrace:{venue:PAIR5}:book", bytes)
        }
        #expect(try await bus.eventually { try await bus.onFeed { $0.publisher.statistics.faults == feedFaults + 2 } })
        let late = try LiveReader(
            bus.group.next(), bus.addresses, instruments: bus.count, settings: bus.settings,
            log: try await bus.onFeed { $0.flow.log })
        try await late.loop.submit { late.start() }.get()
        #expect(
            try await bus.eventually {
                try await late.loop.submit { late.subscriber.statistics.live == late.books.count }.get()
            })
        #expect(try await late.loop.submit { late.wrong }.get() == [])
        try await late.loop.flatSubmit {
            late.isOver = true
            return late.subscriber.close() ?? late.loop.makeSucceededVoidFuture()
        }.get()
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }

    @Test(
        "such as a message that was heard before is passed over, and a number that never was keeps no book away for good"
    )
    func replayed() async throws {
        let server = try await RedisServer()
        let bus = try LiveBus(server.address)
        #expect(try await bus.becomesLive())
        let epoch = try await bus.onFeed { $0.publisher.epoch }
        for sequence in [1, 2, 3] as [UInt64] {
            let stale = try await bus.onReader { $0.subscriber.statistics.stale }
            // More than once: a book that is lost at the moment keeps updates for later.
            #expect(
                try await bus.eventually {
                    try await server.publish(
                        "terrace:{venue:PAIR5}:md",
                        Self.message(
                            sequence == 3 ? .update : .snapshot, epoch: epoch, sequence: sequence,
                            time: LiveBus.now.nanoseconds,
                            body: sequence == 3 ? [0, 0, 1, 0, 2, 2, 0] : [0, 0, 1, 0, 2, 2]))
                    return try await bus.onReader { $0.subscriber.statistics.stale > stale }
                })
        }
        #expect(try await bus.isRight() == [])
        // Older than what may be quoted on.
        let lagged = try await bus.onReader { $0.subscriber.statistics.lagged }
        try await server.publish(
            "terrace:{venue:PAIR5}:md",
            Self.message(.snapshot, epoch: epoch, sequence: 1 << 50, time: LiveBus.now.nanoseconds - 10_000_000_000))
        #expect(try await bus.eventually { try await bus.onReader { $0.subscriber.statistics.lagged > lagged } })
        #expect(try await bus.becomesLive())
        // Far ahead: a gap, and the snapshots that follow are behind it.
        let gaps = try await bus.onReader { $0.subscriber.statistics.gaps }
        #expect(
            try await bus.eventually {
                try await server.publish(
                    "terrace:{venue:PAIR5}:md",
                    Self.message(
                        .update, epoch: epoch, sequence: 1 << 50, time: LiveBus.now.nanoseconds,
                        body: [0, 0, 1, 0, 2, 2, 0]))
                return try await bus.onReader { $0.subscriber.statistics.gaps > gaps }
            })
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        // Another publisher, which nobody hears again.
        try await server.publish(
            "terrace:{venue:PAIR5}:md",
            Self.message(
                .update, epoch: epoch + 1_000_000_000_000, sequence: 5, time: LiveBus.now.nanoseconds,
                body: [0, 0, 1, 0, 2, 2, 0]))
        #expect(try await bus.becomesLive())
        #expect(try await bus.agrees())
        #expect(try await bus.isRight() == [])
        try await bus.end()
    }
}

extension [UInt8] {
    /// The same with another kind, and a check that fits again.
    fileprivate func withKind(_ kind: UInt8) -> [UInt8] {
        var bytes = self
        bytes[2] = kind
        var check = BusMessage.check(bytes.span)
        for place in 4..<8 {
            bytes[place] = UInt8(truncatingIfNeeded: check)
            check >>= 8
        }
        return bytes
    }
}
