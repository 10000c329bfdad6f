import TerraceCore
import Testing

@Suite("Money") struct MoneyTests {
    @Test(
        "is read from decimal text exactly",
        arguments: [
            ("0", 0), ("1", 100_000_000), ("0.00000001", 1), ("-2.5", -250_000_000),
            ("61685.99000000", 6_168_599_000_000),
            ("1.500000000000", 150_000_000), (".5", 50_000_000), ("5.", 500_000_000), ("-0", 0),
        ] as [(String, Int64)])
    func reads(text: String, units: Int64) throws {
        #expect(try DecimalText.units(of: text, exponent: -8) == Int128(units))
    }

    @Test(
        "refuses what is no decimal",
        arguments: ["", ".", "-", "+1", " 1", "1 ", "1e5", "1.2.3", "0x1", "--1", "nan", "1,5"])
    func refuses(text: String) {
        #expect(throws: MoneyError.notADecimal) { try DecimalText.units(of: text, exponent: -8) }
    }

    @Test("never rounds digits away")
    func finer() {
        #expect(throws: MoneyError.finerThanUnit(exponent: -8)) {
            try DecimalText.units(of: "0.000000001", exponent: -8)
        }
        #expect(throws: MoneyError.finerThanUnit(exponent: 3)) { try DecimalText.units(of: "1500", exponent: 3) }
        #expect(throws: MoneyError.tooLarge) { try Units.standard.price("999999999999") }
        #expect(throws: MoneyError.tooLarge) {
            try DecimalText.units(of: String(repeating: "9", count: 60), exponent: 0)
        }
    }

    @Test("prints what it read", arguments: [-14, -8, -3, 0, 2])
    func roundTrip(exponent: Int) throws {
        var random = TestRandom(state: 5)
        for _ in 0..<500 {
            let units = Int128(random.below(1 << 60)) * (random.below(2) == 0 ? 1 : -1)
            let text = DecimalText.text(of: units, exponent: exponent)
            #expect(try DecimalText.units(of: text, exponent: exponent) == units)
        }
    }
}

@Suite("A position") struct PositionTests {
    static func fill(_ side: Side, _ price: Int64, _ quantity: Int64, fee: Int128 = 0, asset: UInt16 = 1) -> Fill {
        Fill(
            trade: 1, side: side, price: Price(units: price), quantity: Quantity(units: quantity),
            fee: Amount(units: fee), feeAsset: AssetIndex(asset), isMaker: true)
    }

    @Test("moves its average when added to, realises when reduced, starts anew across zero")
    func averages() {
        var position = Position()
        position.book(Self.fill(.bid, 100, 10), units: .standard, fee: .quote)
        position.book(Self.fill(.bid, 200, 10), units: .standard, fee: .quote)
        #expect(position.averagePrice(roundedFor: .bid)?.units == 150)
        position.book(Self.fill(.ask, 180, 5), units: .standard, fee: .quote)
        #expect(position.realised.units == 150)
        #expect(position.averagePrice(roundedFor: .bid)?.units == 150)
        position.book(Self.fill(.ask, 170, 25), units: .standard, fee: .quote)
        #expect(position.quantity.units == -10)
        #expect(position.realised.units == 150 + 15 * 20)
        #expect(position.averagePrice(roundedFor: .ask)?.units == 170)
    }

    @Test("adds up with cash and coins to the last unit, whatever the fees", arguments: 1...40)
    func addsUp(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        var position = Position()
        var coins: Int128 = 0
        var cash: Int128 = 0
        let units = Units.standard
        for _ in 0..<300 {
            let side: Side = random.below(2) == 0 ? .bid : .ask
            let price = 1 + random.below(1 << 40)
            let quantity = 1 + random.below(1 << 30)
            let sign = Int128(side.sign)
            coins += sign * Int128(quantity) * units.amountPerQuantity
            cash -= sign * Int128(quantity) * Int128(price) * units.amountPerNotional
            switch random.below(3) {
            case 0:
                let fee = Int128(random.below(1_000_000)) - 100_000
                position.book(Self.fill(side, price, quantity, fee: fee), units: units, fee: .quote)
                cash -= fee
            case 1:
                let fee = Int128(random.below(3_000_000_000_000_000))
                position.book(Self.fill(side, price, quantity, fee: fee, asset: 0), units: units, fee: .base)
                coins -= fee
            default:
                position.book(
                    Self.fill(side, price, quantity, fee: 7, asset: 9), units: units, fee: .third(AssetIndex(9)))
            }
            #expect(units.amount(of: position.quantity) - position.feeRemainder == Amount(units: coins))
            #expect(units.amount(of: position.realised - position.cost) - position.fees == Amount(units: cash))
        }
    }

    @Test("leaves headroom on both sides, whichever fills first")
    func headroom() {
        let settings = InventorySettings(target: Quantity(units: 1_000), maximumDeviation: Quantity(units: 500))
        #expect(
            Headroom.bid(position: Quantity(units: 1_200), openBids: Quantity(units: 100), settings: settings).units
                == 200)
        #expect(
            Headroom.ask(position: Quantity(units: 1_200), openAsks: Quantity(units: 100), settings: settings).units
                == 600)
        #expect(Headroom.bid(position: Quantity(units: 1_600), openBids: .zero, settings: settings) == .zero)
        #expect(InventoryCoefficient.value(position: Quantity(units: 750), settings: settings).ppm == -500_000)
        #expect(InventoryCoefficient.value(position: Quantity(units: 9_000), settings: settings).ppm == 1_000_000)
    }
}
