import NIOCore
import TerraceCore

@testable import TerraceBus

/// A feed that makes up its market. What stands in it is touched on its loop only.
final class LiveFeed: @unchecked Sendable {
    let loop: any EventLoop
    let publisher: BusPublisher
    var flow: MarketFlow
    var isFlowing = true
    var isOver = false
    var wanted: [Int: Bool] = [:]
    var slowest: Int64 = 0  // The longest turn.
    var notices: [String] = []
    private let perTurn: Int

    init(
        _ loop: any EventLoop, _ addresses: [RedisAddress], _ flow: MarketFlow, settings: BusSettings, perTurn: Int = 4
    ) throws {
        self.loop = loop
        self.perTurn = perTurn
        self.flow = flow
        self.publisher = try BusPublisher(
            name: "feed", instruments: LiveBus.instruments(flow.books.count), venues: [LiveBus.venue],
            addresses: addresses, settings: settings, on: loop, clock: { LiveBus.now })
    }

    /// On the loop.
    func start() {
        self.publisher.whenWanted = { self.wanted[$0.index] = $1 }
        self.publisher.open()
        self.publisher.take(
            [Delivery(at: LiveBus.now, event: .connection(LiveBus.venue.index, .up))], at: LiveBus.now)
        self.turn()
    }

    /// Ends on the loop: in order, or as a process that is killed.
    func end(inOrder: Bool) -> EventLoopFuture<Void> {
        self.isOver = true
        if !inOrder {
            self.publisher.isClosed = true
            self.publisher.lines.close()
        }
        let closed =
            inOrder ? self.publisher.close() : (self.publisher.lines.transport as? RedisSockets)?.whenAllEnded()
        return closed ?? self.loop.makeSucceededVoidFuture()
    }

    /// Takes in a message of the venue that never reaches a reader: as if what is published of it were lost on the way.
    func loseOne() {
        let place = self.flow.next(self.flow.books.count)
        for delivery in self.flow.message(place, at: LiveBus.now) {
            if case .market(let event) = delivery.event { _ = self.publisher.instruments[place].take(event) }
        }
        self.publisher.list(place)
        if self.publisher.instruments[place].replaces || self.publisher.instruments[place].tellsLoss { return }
        self.publisher.instruments[place].changes.removeAll()
        self.publisher.instruments[place].trades.removeAll()
        self.publisher.instruments[place].sequence += 1
    }

    private func turn() {
        if self.isOver { return }
        let began = NIODeadline.now()
        if self.isFlowing {
            var deliveries: [Delivery] = []
            for _ in 0..<self.perTurn {
                deliveries += self.flow.message(self.flow.next(self.flow.books.count), at: LiveBus.now)
            }
            self.publisher.take(deliveries, at: LiveBus.now)
        }
        self.publisher.tick(at: LiveBus.now)
        self.slowest = max(self.slowest, (NIODeadline.now() - began).nanoseconds)
        self.notices += self.publisher.takeNotices().map { $0.text }
        self.loop.scheduleTask(in: .milliseconds(1)) { self.turn() }
    }
}
