@testable import TerraceCore
import Testing

@Suite("Market data that cannot be relied upon") struct StaleDataTests {
    @Test("pulls the quotes although private reports still come")
    func silentFeed() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        let ids = rig.ids()
        var pulled: [ClientOrderID] = []
        for second in 1...8 {
            rig.after(1_000)
            rig.report(ids[0], .accepted)
            let commands = rig.turn()
            pulled += commands.cancels
            rig.answer(commands.filter { if case .cancel = $0 { true } else { false } })
            if second <= 4 { #expect(pulled.isEmpty) }
        }
        #expect(!rig.isLive())
        #expect(Set(pulled) == Set(ids))
        #expect(rig.gates().allSatisfy { $0 == .staleBook })
    }

    @Test("pulls the quotes of a book without a message for a minute although the venue lives")
    func silentBook() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        var pulled: [Int] = []
        for second in 1...70 {
            rig.after(1_000)
            rig.connection(0, .heartbeat)
            if !rig.turn().cancels.isEmpty { pulled.append(second) }
        }
        #expect(pulled.first == 61)
    }

    @Test("is what a venue has that never came up: nothing is quoted there, whatever its feed shows")
    func neverUp() throws {
        let rig = try Rig(isUp: false) { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        #expect(rig.pass(seconds: 20, answering: true).places.isEmpty)
        #expect(rig.gates() == [.venueDown, .venueDown])
        rig.connection(0, .up)
        #expect(rig.turn().places.count == 2)
    }

    @Test(
        "is a venue's book that is crossed or locked in itself: it is dropped and asked for again",
        arguments: [1_000_200, 1_000_400] as [Int64])
    func crossedVenueBook(bid: Int64) throws {
        let rig = try Rig {
            $0.topOfBookLines = [.plain(hourly: 36_000)]
            $0.inventory.price = .manual(Price(units: 1_000_300))
        }
        rig.snapshot()
        rig.pass(seconds: 6, answering: true)
        #expect(rig.standing.count == 2)
        rig.levels(bids: [(bid, 5)])
        #expect(!rig.isLive())
        let commands = rig.turn()
        #expect(commands.snapshots == 1)
        #expect(Set(commands.cancels) == Set(rig.ids()))
        #expect(commands.places.isEmpty)
    }

    @Test("off the tick is refused with its book, whatever the tick", arguments: [7, 100] as [Int64])
    func offTick(tick: Int64) throws {
        let rig = try Rig(tick: tick) { $0.passiveLines = [.plain(10)] }
        let bid = 1_000_000 / tick * tick
        rig.snapshot(bids: [(bid, 5)], asks: [(bid + 3 * tick, 5)])
        rig.settle()
        #expect(rig.standing.count == 2)
        rig.levels(bids: [(bid + 1, 5)])
        #expect(!rig.isLive())
        #expect(rig.turn().cancels.count == 2)
    }

    @Test("is asked for again where the snapshot does not come, less and less often")
    func lostSnapshots() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.pass(seconds: 6, answering: true)
        rig.levels(bids: [(1_000_001, 1)])
        #expect(rig.turn().snapshots == 1)
        var asked: [Int] = []
        for second in 1...1_000 {
            rig.after(1_000)
            rig.connection(0, .heartbeat)
            for _ in 0..<rig.turn().snapshots { asked.append(second) }
        }
        #expect(asked.count >= 10 && asked.count <= 18)
        let gaps = zip(asked, asked.dropFirst()).map { $1 - $0 }
        #expect(gaps == gaps.sorted())
        #expect(gaps.last == 80)
    }

    @Test("that breaks again and again is asked for ever less often")
    func snapshotsThatBreak() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        var asked = 0
        for _ in 0..<6_000 {
            rig.after(10)
            rig.snapshot(bids: [(1_000_050, 1)])
            asked += rig.turn().snapshots
        }
        #expect(asked >= 3 && asked <= 6)
    }

    @Test("that was well for a minute is asked for at once, however often it broke before")
    func atOnceAfterHealth() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        rig.levels(bids: [(1_000_001, 1)])
        for _ in 0..<400 {
            rig.after(1_000)
            rig.connection(0, .heartbeat)
            _ = rig.turn()
        }
        var waited = 0
        while rig.turn().snapshots == 0, waited < 100 {
            rig.after(1_000)
            waited += 1
        }
        rig.snapshot()
        rig.pass(seconds: 61, answering: true)
        #expect(rig.isLive())
        rig.levels(bids: [(1_000_001, 1)])
        #expect(rig.turn().snapshots == 1)
    }

    @Test("of venues that disagree by more than max_cross_bps pulls all quotes until they agree again")
    func crossedVenues() throws {
        let rig = try Rig(venues: 2) { $0.passiveLines = [.plain(10)] }
        rig.snapshot(0)
        rig.snapshot(1)
        rig.settle()
        #expect(rig.standing.count == 4)
        rig.snapshot(1, bids: [(1_090_000, 5)], asks: [(1_090_200, 5)])
        rig.settle()
        #expect(rig.standing.isEmpty)
        #expect(rig.gates().allSatisfy { $0 == .crossedBook })
        #expect(rig.pass(seconds: 30, answering: true).places.isEmpty)
        rig.snapshot(1)
        rig.settle()
        #expect(rig.standing.count == 4)
    }
}
