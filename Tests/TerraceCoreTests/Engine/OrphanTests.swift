@testable import TerraceCore
import Testing

@Suite("An order that nothing wants") struct OrphanTests {
    static func unknown(_ sequence: UInt64) -> ClientOrderID {
        ClientOrderID(instance: 1, strategy: 777, slot: 0, sequence: sequence)
    }
    static let found = OrderOutcome.found(Price(units: 900_000), Quantity(units: 5), cumulative: .zero)

    enum Kind: CaseIterable { case unknownStrategy, unknownSlot, oldOrderOfASlot }

    @Test(
        "is cancelled again and again until the venue says that it is gone, and counts as open",
        arguments: Kind.allCases)
    func cancelledUntilGone(kind: Kind) throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        let mine = rig.ids()[0]
        let stray =
            switch kind {
            case .unknownStrategy: Self.unknown(5)
            case .unknownSlot: ClientOrderID(instance: 1, strategy: mine.strategy, slot: 50_000, sequence: 5)
            case .oldOrderOfASlot: ClientOrderID(high: mine.high, low: mine.low &+ 100_000)
            }
        let before = rig.openOrders
        rig.report(stray, Self.found)
        #expect(rig.openOrders == before + 1)
        #expect(rig.turn().cancels == [stray])
        rig.report(stray, .cancelRejected(.rateLimited))
        let again = rig.pass(seconds: 60, answering: false).cancels.count { $0 == stray }
        #expect(again >= 20 && again <= 31)
        rig.report(stray, .cancelled(cumulative: .zero))
        #expect(rig.openOrders == before)
        #expect(!rig.pass(seconds: 10, answering: false).cancels.contains(stray))
        #expect(rig.engine.statistics.orphans == 1)
    }

    @Test("waits for the connection before it is cancelled")
    func onlyWhileUp() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        rig.connection(0, .down)
        rig.report(Self.unknown(5), Self.found)
        #expect(rig.pass(seconds: 30, answering: false).cancels.isEmpty)
        rig.connection(0, .up)
        #expect(rig.turn().cancels == [Self.unknown(5)])
    }

    @Test("of another engine is left alone")
    func foreign() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        rig.report(ClientOrderID(instance: 2, strategy: 777, slot: 0, sequence: 5), Self.found)
        #expect(rig.turn().isEmpty)
        #expect(rig.openOrders == 2)
    }

    @Test("stops the engine where there are more than a thousand")
    func flood() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        for sequence in 1...1_024 as ClosedRange<UInt64> { rig.report(Self.unknown(sequence), Self.found) }
        #expect(!rig.isKilled)
        #expect(rig.openOrders == 1_026)
        rig.report(Self.unknown(9_999), Self.found)
        #expect(rig.isKilled)
        let mine = Set(rig.ids())
        let cancels = rig.turn().cancels
        #expect(cancels.count == 1_026)
        #expect(mine.isSubset(of: cancels))
    }
}
