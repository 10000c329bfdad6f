import Testing

@testable import TerraceCore

@Suite("On a margined venue") struct MarginTests {
    private static let base = AssetIndex(0)
    private static let quote = AssetIndex(1)

    private func rig() throws -> Rig {
        let rig = try Rig(configure: { $0.venues[0].isMargined = true }) {
            $0.passiveLines = [.plain(10, spread: 1_000)]
        }
        rig.send(.balance(VenueIndex(0), Self.base, total: .zero))
        rig.snapshot()
        return rig
    }

    @Test("both sides are quoted without any of the coin, and reserve the quote coin")
    func reserves() throws {
        let rig = try self.rig()
        let commands = rig.settle()
        #expect(commands.places.map { $0.side } == [.bid, .ask])
        let worth = commands.places.reduce(Int128(0)) {
            $0 + Units.standard.amount(of: Notional(of: Quantity(units: $1.quantity), at: Price(units: $1.price))).units
        }
        #expect(rig.engine.reserved(VenueIndex(0), Self.quote).units == worth)
        #expect(rig.engine.reserved(VenueIndex(0), Self.base) == .zero)
    }

    @Test("a fill moves the position and no coin but its fee")
    func fills() throws {
        let rig = try self.rig()
        let placed = try #require(rig.settle().places.first)
        let before = rig.engine.balance(VenueIndex(0), Self.quote)
        let fee = Amount(units: 12_345)
        rig.send(
            .order(
                OrderReport(
                    instrument: rig.instruments[0], order: placed.id,
                    outcome: .filled(
                        Fill(
                            trade: 1, side: .bid, price: Price(units: placed.price), quantity: Quantity(units: 4),
                            fee: fee,
                            feeAsset: Self.quote, isMaker: true)))))
        #expect(rig.position() == 4)
        #expect(rig.engine.balance(VenueIndex(0), Self.base) == .zero)
        #expect(rig.engine.balance(VenueIndex(0), Self.quote) == before - fee)
    }

    @Test("an order is no larger than the margin covers")
    func shrinks() throws {
        let rig = try self.rig()
        rig.send(
            .balance(
                VenueIndex(0), Self.quote,
                total: Units.standard.amount(of: Notional(of: Quantity(units: 7), at: Price(units: 1_001_000)))))
        let sizes = rig.settle().places.map { $0.quantity }
        #expect(sizes.reduce(0, +) <= 7 && sizes.first == 7)
    }
}
