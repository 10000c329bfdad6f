@testable import TerraceCore
import Testing

@Suite("An account that is not heard") struct AccountConnectionTests {
    /// The states of those slots that hold an order.
    private func states(_ rig: Rig) -> [OrderState] { rig.states().filter { $0 != .idle } }

    private static func quoting(venues: Int = 1) throws -> Rig {
        let rig = try Rig(venues: venues) { $0.passiveLines = [.plain(10)] }
        for venue in 0..<venues { rig.snapshot(venue) }
        rig.settle()
        return rig
    }

    @Test("has its quotes cancelled, though their state is not in doubt, and gets none until it is back")
    func pulled() throws {
        let rig = try Self.quoting()
        let ids = rig.ids()
        try #require(ids.count == 2)
        rig.connection(0, .accountLost)
        let commands = rig.turn()
        #expect(Set(commands.cancels) == Set(ids))
        #expect(commands.queries.isEmpty)
        rig.answer(commands)
        #expect(rig.states() == [.idle, .idle])
        #expect(rig.gates() == [.venueDown, .venueDown])
        #expect(rig.pass(seconds: 30, answering: true).places.isEmpty)
        #expect(rig.isLive())
        rig.connection(0, .accountBack)
        #expect(rig.settle().places.count == 2)
    }

    @Test("does not disturb the quotes of other venues")
    func otherVenues() throws {
        let rig = try Self.quoting(venues: 2)
        let there = rig.ids().filter { rig.standing[$0]?.instrument.index == 1 }
        let here = rig.ids().filter { rig.standing[$0]?.instrument.index == 0 }
        rig.connection(0, .accountLost)
        let cancels = rig.settle().cancels
        #expect(Set(cancels) == Set(here))
        for id in there { #expect(rig.standing[id] != nil) }
    }

    @Test(
        "has each order doubted when it is listed again: what is found stands, the rest is asked for and holds its place"
    )
    func doubted() throws {
        let rig = try Rig {
            $0.passiveLines = [.plain(10, sides: .bid), .plain(10, spread: 200_000, sides: .ask)]
        }
        rig.snapshot()
        rig.settle()
        let bid = try #require(rig.ids(.bid).first)
        let ask = try #require(rig.ids(.ask).first)
        let terms = try #require(rig.standing[bid])
        rig.connection(0, .accountDoubted)
        #expect(self.states(rig) == [.unknown, .unknown])
        #expect(rig.openOrders == 2)
        rig.report(bid, .found(Price(units: terms.price), Quantity(units: 10), cumulative: .zero))
        rig.connection(0, .accountBack)
        let commands = rig.turn()
        #expect(commands.queries == [ask])
        #expect(commands.places.isEmpty)
        #expect(rig.slots().first { $0.order.id == bid }?.order.state == .working)
        // It was filled while nothing was heard.
        rig.report(ask, Rig.trade(70, .ask, 1_020_000, 10))
        rig.report(ask, .notFound(cumulative: Quantity(units: 10)))
        #expect(rig.position() == -10)
        #expect(rig.openOrders == 1)
    }

    @Test(
        "that comes back with a fill that was not told has the order asked for before anything new is sent in its place"
    )
    func foundWithFills() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10, sides: .bid)] }
        rig.snapshot()
        rig.settle()
        let bid = try #require(rig.ids().first)
        let terms = try #require(rig.standing[bid])
        rig.connection(0, .accountLost)
        let cancels = rig.turn()
        #expect(cancels.cancels == [bid])
        // The answer to the cancel is lost with the connection.
        rig.connection(0, .accountDoubted)
        rig.report(bid, .found(Price(units: terms.price), Quantity(units: 10), cumulative: Quantity(units: 4)))
        rig.connection(0, .accountBack)
        let commands = rig.turn()
        #expect(commands.queries == [bid])
        #expect(commands.places.isEmpty)
        #expect(self.states(rig) == [.unknown])
        rig.report(bid, Rig.trade(71, .bid, terms.price, 4))
        rig.report(bid, .cancelled(cumulative: Quantity(units: 4)))
        #expect(rig.position() == 4)
        #expect(self.states(rig) == [])
        #expect(rig.settle().places.count == 1)
    }
}
