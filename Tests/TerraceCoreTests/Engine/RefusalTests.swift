@testable import TerraceCore
import Testing

@Suite("A venue that refuses") struct RefusalTests {
    @Test("is tried again after ever longer holds, each slot for itself")
    func holdsGrow() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        var tries: [Int64] = []
        for step in 0..<12_000 as Range<Int64> {
            rig.after(10)
            if step % 100 == 0 { rig.levels() }
            for order in rig.turn().places {
                if order.side == .bid {
                    tries.append(step)
                    rig.report(order.id, .rejected(.insufficientBalance))
                } else {
                    rig.report(order.id, .accepted)
                }
            }
        }
        #expect(tries.count >= 8 && tries.count <= 12)
        let gaps = zip(tries, tries.dropFirst()).map { $1 - $0 }
        #expect(gaps == gaps.sorted())
        #expect((50...51).contains(gaps.first ?? 0))
        #expect(rig.states() == [.idle, .working])
        #expect(rig.gates()[0] == .venueRefused)
    }

    @Test("for too many orders gets none for a while, from no line, and other venues go on")
    func rateLimited() throws {
        let rig = try Rig(
            venues: 2,
            configure: {
                $0.venues = [
                    VenueDefinition(name: "v0", ordersPerWindow: 100),
                    VenueDefinition(name: "v1", ordersPerWindow: 100),
                ]
            }
        ) { $0.passiveLines = [.plain(10), .plain(20, spread: 200_000)] }
        rig.snapshot(0)
        let first = rig.turn().places
        #expect(first.count == 4)
        for order in first { rig.report(order.id, .rejected(.rateLimited)) }
        rig.snapshot(1)
        #expect(rig.turn().places.allSatisfy { $0.instrument == 1 })
        #expect(rig.pass(seconds: 2, stepMilliseconds: 50, answering: false).places.allSatisfy { $0.instrument == 1 })
        #expect(rig.gates().contains(.orderRate))
        #expect(rig.pass(seconds: 20, stepMilliseconds: 50, answering: true).places.count { $0.instrument == 0 } >= 4)
    }

    @Test("to cancel is not stormed with cancels")
    func cancelsArePaced() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10, sides: .bid)] }
        rig.snapshot()
        rig.settle()
        rig.control(.kill)
        var cancels = 0
        for _ in 0..<10_000 {
            rig.after(1)
            let commands = rig.turn()
            cancels += commands.cancels.count
            for id in commands.cancels { rig.report(id, .cancelRejected(.rateLimited)) }
        }
        #expect(cancels >= 3 && cancels <= 8)
        rig.pass(seconds: 40, answering: true)
        #expect(rig.openOrders == 0)
    }

    @Test("that says 'unknown' to every question is not stormed with questions")
    func unknownIsPaced() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10, sides: .bid)] }
        rig.snapshot()
        rig.settle()
        rig.report(rig.ids()[0], .unknown)
        var queries = 0
        for _ in 0..<10_000 {
            rig.after(1)
            let commands = rig.turn()
            queries += commands.queries.count
            for id in commands.queries { rig.report(id, .unknown) }
        }
        #expect(queries >= 3 && queries <= 5)
    }

    @Test(
        "an amendment has the order cancelled and placed anew where it may not stand",
        arguments: VenueRejection.allCases)
    func amendRefused(reason: VenueRejection) throws {
        let rig = try Rig(canAmend: true) { $0.passiveLines = [.plain(10, sides: .bid)] }
        rig.snapshot()
        rig.settle()
        rig.snapshot(bids: [(900_000, 5)], asks: [(900_200, 5)])
        let amend = try #require(rig.turn().amends.first)
        rig.report(amend.id, .amendRejected(reason))
        let later = rig.pass(seconds: 30, stepMilliseconds: 250, answering: true)
        #expect(later.amends.count + later.cancels.count >= 1)
        #expect(rig.standing.count == 1)
        #expect(rig.standing.values.first?.price == amend.price)
    }
}
