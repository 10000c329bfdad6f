@testable import TerraceCore
import Testing

@Suite("A strategy that comes, changes and goes") struct RegistrationTests {
    @Test("is taken off: its orders are cancelled, its late fills booked, its position kept")
    func removed() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        let bid = rig.ids(.bid)[0]
        try rig.engine.remove(rig.strategy)
        let commands = rig.turn()
        #expect(Set(commands.cancels) == Set(rig.ids()))
        rig.fill(bid, 4)
        rig.answer(commands)
        #expect(rig.position() == 4)
        #expect(rig.openOrders == 0)
        rig.report(bid, Rig.trade(500, .bid, 990_000, 1))
        #expect(rig.position() == 5)
        #expect(rig.pass(seconds: 60, answering: true).isEmpty)
        #expect(throws: RegistrationError.unknownStrategy) { try rig.engine.remove(rig.strategy) }
    }

    @Test("that is gone is not evaluated any more")
    func goneIsNotEvaluated() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        try rig.engine.remove(rig.strategy)
        rig.settle()
        _ = rig.turn()
        let before = rig.engine.statistics.evaluations
        for change in 1...50 as ClosedRange<Int64> {
            rig.levels(bids: [(1_000_000, 50 + change), (1_000_100, change % 2)])
            _ = rig.turn()
        }
        #expect(rig.engine.statistics.evaluations == before)
    }

    @Test("registered again goes on with its position and the orders that still stand")
    func registeredAgain() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        rig.fill(rig.ids(.bid)[0], 4)
        rig.settle()
        let orders = rig.ids()
        let definition = rig.engine.definition(rig.strategy)
        try rig.engine.remove(rig.strategy)
        #expect(try rig.engine.register(definition) == rig.strategy)
        #expect(rig.turn().isEmpty)
        #expect(rig.ids() == orders)
        #expect(rig.position() == 4)
        #expect(rig.states() == [.working, .working])
    }

    @Test(
        "registered again while its orders are being cancelled quotes as soon as they are gone, and nothing hangs",
        arguments: [true, false])
    func registeredWhileCancelling(isAnswered: Bool) throws {
        let rig = try Rig {
            $0.passiveLines = [.plain(100)]
            $0.inventory.maximumDeviation = Quantity(units: 100)
        }
        rig.snapshot()
        rig.settle()
        let definition = rig.engine.definition(rig.strategy)
        try rig.engine.remove(rig.strategy)
        let cancels = rig.turn()
        #expect(cancels.cancels.count == 2)
        #expect(try rig.engine.register(definition) == rig.strategy)
        #expect(rig.turn().places.isEmpty)
        if isAnswered { rig.answer(cancels) }  // Otherwise the answers are lost, and the venue is asked.
        rig.pass(seconds: 10, answering: true)
        #expect(rig.states() == [.working, .working])
        #expect(rig.ids().count == 2)
        try rig.engine.remove(rig.strategy)
        rig.pass(seconds: 10, answering: true)
        #expect(rig.openOrders == 0)
        #expect(rig.standing.isEmpty)
    }

    @Test("registered again holds what it held: the limit counts it")
    func limitAfterReturn() throws {
        let rig = try Rig {
            $0.passiveLines = [.plain(100, sides: .bid)]
            $0.inventory.maximumDeviation = Quantity(units: 100)
        }
        rig.snapshot()
        rig.settle()
        rig.fill(rig.ids()[0], 100)
        let definition = rig.engine.definition(rig.strategy)
        try rig.engine.remove(rig.strategy)
        rig.settle()
        #expect(try rig.engine.register(definition) == rig.strategy)
        #expect(rig.pass(seconds: 60, answering: true).places.isEmpty)
        #expect(rig.gates()[0] == .headroom)
    }

    @Test("keeps the orders of lines and venues that stay, and cancels those of others")
    func updated() throws {
        let rig = try Rig(venues: 3) {
            $0.venues.remove(VenueIndex(2))
            $0.passiveLines = [.plain(10), .plain(20, spread: 200_000)]
        }
        for venue in 0..<3 { rig.snapshot(venue) }
        rig.settle()
        let before = rig.standing
        #expect(before.count == 8)
        try rig.update {
            $0.venues.insert(VenueIndex(2))
            $0.venues.remove(VenueIndex(0))
            $0.passiveLines = [.plain(30, spread: 300_000), .plain(20, spread: 200_000)]
        }
        let commands = rig.settle()
        let kept = before.filter { $0.value.instrument.index == 1 && $0.value.quantity == 20 }
        #expect(kept.count == 2)
        #expect(Set(commands.cancels) == Set(before.keys).subtracting(kept.keys))
        for (id, order) in kept { #expect(rig.standing[id] == order) }
        let places = rig.standing.values.map { [Int64($0.instrument.index), $0.quantity, Int64($0.side.rawValue)] }
        let wanted: [[Int64]] = [1, 2].flatMap { venue in [20, 30].flatMap { [[venue, $0, 0], [venue, $0, 1]] } }
        #expect(Set(places) == Set(wanted))
        #expect(places.count == wanted.count)
    }

    @Test("with fewer lines than before cancels the orders of the lines that are gone", arguments: [0, 1, 2])
    func fewerLines(kept: Int) throws {
        let lines = (1...3).map { PassiveLine.plain(10 * $0, spread: 100_000 * $0) }
        let rig = try Rig { $0.passiveLines = lines }
        rig.snapshot()
        rig.settle()
        try rig.update { $0.passiveLines = [lines[kept]] }
        rig.settle()
        #expect(rig.standing.count == 2)
        #expect(rig.standing.values.allSatisfy { $0.quantity == lines[kept].quantity.units })
        #expect(rig.openOrders == 2)
    }

    @Test("uses the slots of lines that are gone again: a thousand updates add none")
    func slotsAreReused() throws {
        let rig = try Rig(venues: 2) { $0.passiveLines = [.plain(10), .plain(20, spread: 200_000)] }
        for venue in 0..<2 { rig.snapshot(venue) }
        rig.settle()
        for change in 1...1_000 as ClosedRange<Int64> {
            try rig.update { $0.passiveLines[0].spread = Millibps(100_000 + change) }
            rig.settle()
        }
        #expect(rig.standing.count == 8)
        #expect(rig.slots().count <= 16)
        #expect(rig.engine.waiting == 0)
    }

    @Test("is no faster for being updated: a line of new terms goes on with what the old one may still trade")
    func ratesSurvive() throws {
        let rig = try Rig {
            $0.topOfBookLines = [.plain(hourly: 36_000, sides: .bid)]
            $0.inventory.maximumDeviation = Quantity(units: 1_000_000)
            $0.inventory.price = .manual(Price(units: 2_000_000))
        }
        rig.snapshot(bids: [(1_000_000, 50)], asks: [(1_001_000, 50)])
        for change in 1...100 as ClosedRange<Int64> {
            rig.settle()
            for id in rig.ids() { rig.fill(id, rig.standing[id]?.quantity ?? 0) }
            rig.after(10)
            try rig.update { $0.topOfBookLines[0].spread = Millibps(change) }
        }
        // One grant of 360 at the start, and ten a second over one second.
        #expect(rig.position() >= 360)
        #expect(rig.position() <= 371)
    }

    @Test("is no faster for being updated while its order stands")
    func ratesSurviveWithOrders() throws {
        let rig = try Rig {
            $0.topOfBookLines = [.plain(hourly: 36_000, sides: .bid)]
            $0.inventory.maximumDeviation = Quantity(units: 1_000_000)
            $0.inventory.price = .manual(Price(units: 2_000_000))
        }
        rig.snapshot(bids: [(1_000_000, 50)], asks: [(1_001_000, 50)])
        for change in 1...100 as ClosedRange<Int64> {
            rig.settle()
            rig.after(10)
            try rig.update { $0.topOfBookLines[0].spread = Millibps(change) }
            // The old order fills before its cancel arrives.
            let commands = rig.turn()
            for id in rig.ids() { rig.fill(id, rig.standing[id]?.quantity ?? 0) }
            rig.answer(commands)
        }
        #expect(rig.position() >= 360)
        #expect(rig.position() <= 720 + 11)
    }
}
