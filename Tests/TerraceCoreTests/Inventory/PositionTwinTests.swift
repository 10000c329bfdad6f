import TerraceCore
import Testing

@Suite("Average cost") struct PositionTwinTests {
    static let units = Units.standard

    static func fill(_ side: Side, _ price: Int64, _ quantity: Int64, _ fee: Int128 = 0, _ asset: UInt16 = 1) -> Fill {
        Fill(
            trade: 1, side: side, price: Price(units: price), quantity: Quantity(units: quantity),
            fee: Amount(units: fee), feeAsset: AssetIndex(asset), isMaker: true)
    }

    @Test("is the exact one, rounded by less than a unit a reduction and never in our favour", arguments: 1...200)
    func twin(seed: Int) throws {
        var random = TestRandom(state: UInt64(seed))
        var position = Position()
        var twin = PositionTwin()
        var compared = 0
        for _ in 0..<400 {
            let side: Side = random.below(2) == 0 ? .bid : .ask
            let price = 1 + random.below(seed % 2 == 0 ? 100 : 1 << 40)
            let quantity = 1 + random.below(seed % 3 == 0 ? 8 : 40)
            guard twin.move(by: Int128(side.sign * quantity), at: Int128(price)), let cost = twin.cost else {
                position = Position()
                twin = PositionTwin()
                continue
            }
            compared += 1
            position.book(Self.fill(side, price, quantity), units: Self.units, fee: .quote)
            #expect(Int128(position.quantity.units) == twin.held)
            // What was realised is never overstated; what is missing is still in the cost, and comes back in the end.
            let ours = position.realised.units
            #expect(ours <= twin.realised.floor && twin.realised.ceiling - ours <= twin.reductions, "seed \(seed)")
            #expect(position.cost.units <= cost.floor && cost.ceiling - position.cost.units <= twin.reductions)
            if twin.held == 0 {
                #expect(position.cost == .zero)
                #expect(Rational(ours) == twin.realised, "flat again, everything is realised, exactly")
                twin.reductions = 0
            }
            if let exact = twin.held == 0 ? nil : twin.average, twin.reductions == 0, exact.floor > 0 {
                #expect(position.averagePrice(roundedFor: .bid)?.units == Int64(exact.floor))
                #expect(position.averagePrice(roundedFor: .ask)?.units == Int64(exact.ceiling))
            }
        }
        #expect(compared > 100, "the fractions outgrew their bits too often")
    }

    /// Cash and coins as a venue's statement has them: what came in and went out, nothing averaged.
    struct Statement {
        var cash = Amount.zero
        var coins = Amount.zero
        var others: [UInt16: Amount] = [:]
    }

    @Test("adds up with cash and coins at every step, on each venue and over all of them", arguments: 1...60)
    func addsUp(seed: Int) {
        var random = TestRandom(state: UInt64(seed) &* 77)
        var total = Position()
        var venues = [Position](repeating: Position(), count: 3)
        var statements = [Statement](repeating: Statement(), count: 3)
        for _ in 0..<400 {
            let venue = Int(random.below(3))
            let side: Side = random.below(2) == 0 ? .bid : .ask
            let price = 1 + random.below(1 << 44)
            let quantity = 1 + random.below(1 << 32)
            let base = Self.units.amount(of: Quantity(units: quantity))
            let quote = Self.units.amount(of: Notional(of: Quantity(units: quantity), at: Price(units: price)))
            statements[venue].coins += side == .bid ? base : -base
            statements[venue].cash += side == .bid ? -quote : quote
            // Fees in the quote coin (rebates among them), in the base coin below and above a unit, in a third coin.
            let kinds: [(FeeKind, UInt16, Int128)] = [
                (.quote, 1, Int128(random.below(1 << 50)) - (1 << 48)),
                (.base, 0, Int128(random.below(3_000_000_000_000)) - 500_000_000_000),
                (.base, 0, Int128(random.below(1 << 60))), (.third(AssetIndex(9)), 9, Int128(random.below(1_000))),
            ]
            let (kind, asset, fee) = kinds[Int(random.below(4))]
            switch kind {
            case .quote: statements[venue].cash -= Amount(units: fee)
            case .base: statements[venue].coins -= Amount(units: fee)
            case .third: statements[venue].others[asset, default: .zero] += Amount(units: fee)
            }
            let fill = Self.fill(side, price, quantity, fee, asset)
            venues[venue].book(fill, units: Self.units, fee: kind)
            total.book(fill, units: Self.units, fee: kind)
            for (position, statement) in zip(venues, statements) { Self.compare(position, statement, seed) }
            var sum = Statement()
            for statement in statements {
                sum.cash += statement.cash
                sum.coins += statement.coins
                for (asset, amount) in statement.others { sum.others[asset, default: .zero] += amount }
            }
            Self.compare(total, sum, seed)
            #expect(total.volume.units == venues.reduce(0) { $0 + $1.volume.units })
        }
    }

    static func compare(_ position: Position, _ statement: Statement, _ seed: Int) {
        let coins = Self.units.amount(of: position.quantity) - position.feeRemainder
        #expect(coins == statement.coins, "seed \(seed): coins")
        let cash = Self.units.amount(of: position.realised - position.cost) - position.fees
        #expect(cash == statement.cash, "seed \(seed): cash")
        #expect(
            position.thirdFees.first { $0.asset.raw == 9 }?.amount ?? .zero == statement.others[9] ?? .zero,
            "seed \(seed): other coins")
        #expect(position.feeRemainder.units >= 0 && position.feeRemainder.units < Self.units.amountPerQuantity)
    }

    @Test("of a position that is closed at one price is what was paid, whatever the path")
    func closes() {
        for seed in 1...50 as ClosedRange<UInt64> {
            var random = TestRandom(state: seed)
            var position = Position()
            var paid: Int128 = 0
            for _ in 0..<50 {
                let side: Side = random.below(2) == 0 ? .bid : .ask
                let (price, quantity) = (1 + random.below(1 << 50), 1 + random.below(1 << 40))
                position.book(Self.fill(side, price, quantity), units: Self.units, fee: .quote)
                paid += Int128(side.sign) * Int128(price) * Int128(quantity)
            }
            let last = Price(units: 1 + random.below(1 << 50))
            let profit = position.profit(at: last, units: Self.units)
            let held = position.quantity.units
            if held != 0 {
                position.book(
                    Self.fill(held > 0 ? .ask : .bid, last.units, abs(held)), units: Self.units, fee: .quote)
                paid -= Int128(held) * Int128(last.units)
            }
            #expect(position.quantity == .zero && position.cost == .zero)
            #expect(position.realised.units == -paid)
            #expect(
                position.profit(at: Price(units: 1), units: Self.units) == profit, "marked at the price, then closed")
        }
    }
}
