@testable import TerraceCore
import Testing

@Suite("Our own orders") struct OwnOrdersTests {
    /// A bid at the mid, on a venue that shows it; then the market rises and the bid is amended.
    private static func amending() throws -> (rig: Rig, standing: Sent, amended: Sent) {
        let rig = try Rig(canAmend: true, showsOwn: true) { $0.passiveLines = [.plain(10, spread: 0, sides: .bid)] }
        rig.snapshot(bids: [(1_000_000, 5)], asks: [(1_001_000, 5)])
        let commands = rig.turn()
        rig.answer(commands)
        rig.levels(bids: [(1_000_500, 10)])
        _ = rig.turn()
        rig.levels(asks: [(1_001_000, 0), (1_002_000, 5)])
        let amends = rig.turn().amends
        return (rig, try #require(commands.places.first), try #require(amends.first))
    }

    @Test("are no reference for us, at either price of an amendment whose fate is open", arguments: [false, true])
    func bothPricesAreExcluded(isUnknown: Bool) throws {
        let (rig, standing, amended) = try Self.amending()
        #expect(standing.price == 1_000_500 && amended.price == 1_001_000)
        if isUnknown {
            rig.after(2_100)
            #expect(rig.turn().queries == [standing.id])
        }
        #expect(rig.touch().bid.price.units == 1_000_000)
        rig.levels(bids: [(1_000_500, 0), (1_001_000, 10)])
        #expect(rig.touch().bid.price.units == 1_000_000)
        #expect(rig.touch().bid.quantity.units == 5)
        rig.levels(bids: [(1_000_500, 10), (1_001_000, 0)])
        #expect(rig.touch().bid.price.units == 1_000_000)
        // Somebody else beside us is seen.
        rig.levels(bids: [(1_001_000, 13)])
        #expect(rig.touch().bid.price.units == 1_001_000)
        #expect(rig.touch().bid.quantity.units == 3)
    }

    @Test(
        "are not crossed by another strategy, at either price of an amendment whose fate is open",
        arguments: [false, true])
    func bothPricesAreChecked(isUnknown: Bool) throws {
        let (rig, standing, amended) = try Self.amending()
        if isUnknown {
            rig.after(2_100)
            #expect(rig.turn().queries == [standing.id])
        }
        let desk = { (price: Int64) in rig.engine.desk.crossing(rig.instruments[0], .ask, Price(units: price)) }
        #expect(desk(1_000_500) == .selfCross)
        #expect(desk(amended.price) == .selfCross)
        #expect(desk(amended.price + 100) == .none)
        let other = try rig.engine.register(
            Rig.definition("b") { $0.passiveLines = [.plain(10, spread: 0, sides: .ask)] })
        #expect(rig.turn().places.isEmpty)
        #expect(rig.gates(other)[1] == .selfCross)
    }

    @Test("of two strategies do not cross, and the one that waited is woken when the other's go")
    func blockedIsWoken() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10, spread: 0, sides: .bid)] }
        rig.snapshot(bids: [(1_000_000, 5)], asks: [(1_001_000, 5)])
        rig.settle()
        let other = try rig.engine.register(
            Rig.definition("b") { $0.passiveLines = [.plain(10, spread: 0, sides: .ask)] })
        #expect(rig.settle().places.isEmpty)
        #expect(rig.gates(other)[1] == .selfCross)
        #expect(rig.pass(seconds: 3, answering: true).isEmpty)
        rig.control(.pause(rig.strategy))
        let cancels = rig.turn()
        #expect(cancels.cancels.count == 1 && cancels.places.isEmpty)
        rig.answer(cancels)  // No market data follows.
        #expect(rig.turn().places.map(\.price) == [1_000_500])
    }

    @Test("do not outbid each other: lines of one and of two strategies rest side by side", arguments: [false, true])
    func noLadder(canAmend: Bool) throws {
        let rig = try Rig(canAmend: canAmend, showsOwn: true) {
            $0.topOfBookLines = [.plain(hourly: 36_000), .plain(hourly: 72_000)]
            $0.inventory.price = .manual(Price(units: 1_001_000))
        }
        let other = try rig.engine.register(
            Rig.definition("b") {
                $0.topOfBookLines = [.plain(hourly: 18_000)]
                $0.inventory.price = .manual(Price(units: 1_001_000))
            })
        let (bids, asks): ([(Int64, Int64)], [(Int64, Int64)]) = ([(1_000_000, 5)], [(1_002_000, 5)])
        rig.snapshot(bids: bids, asks: asks)
        for _ in 0..<30 {
            rig.settle()
            rig.after(100)
            // The venue shows all that stands.
            var levels: [Side: [Int64: Int64]] = [.bid: [1_000_000: 5], .ask: [1_002_000: 5]]
            for order in rig.standing.values {
                levels[order.side, default: [:]][order.price, default: 0] += order.quantity
            }
            rig.levels(
                bids: (levels[.bid] ?? [:]).map { ($0.key, $0.value) },
                asks: (levels[.ask] ?? [:]).map { ($0.key, $0.value) })
        }
        #expect(rig.standing.count == 6)
        #expect(rig.standing.values.allSatisfy { $0.price == ($0.side == .bid ? 1_000_100 : 1_001_900) })
        #expect(rig.engine.statistics.placed == 6)
        #expect(rig.engine.statistics.amended == 0)
        #expect(rig.states(other) == [.working, .working])
    }
}
