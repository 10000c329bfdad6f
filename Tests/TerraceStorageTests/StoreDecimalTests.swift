import Testing

@testable import TerraceCore
@testable import TerraceStorage

@Suite("Exact decimals") struct StoreDecimalTests {
    @Test(
        "have one text, whatever their units",
        arguments: [
            (0, 0, "0"), (0, -18, "0"), (5, 0, "5"), (-5, 0, "-5"), (50, -1, "5"), (1, -18, "0.000000000000000001"),
            (-1, -20, "-0.00000000000000000001"), (120, -2, "1.2"), (-1_203_400, -4, "-120.34"), (7, 6, "7000000"),
            (100, -2, "1"), (105, -2, "1.05"),
        ] as [(Int128, Int, String)])
    func text(units: Int128, exponent: Int, text: String) {
        let decimal = ExactDecimal(units: units, exponent: exponent)
        #expect(decimal.description == text)
        #expect(ExactDecimal(text) == decimal)
        #expect(decimal.description == DecimalText.text(of: units, exponent: exponent))
    }

    @Test("agree with the other writer of decimals, digit by digit")
    func twin() {
        var random = StoreRandom(seed: 5)
        for _ in 0..<5_000 {
            let units =
                (Int128(Int64(bitPattern: random.next())) << 62 ^ Int128(random.next())) >> Int128(random.next() % 120)
            let exponent = Int(random.next() % 41) - 30
            let decimal = ExactDecimal(units: units, exponent: exponent)
            #expect(decimal.description == DecimalText.text(of: units, exponent: exponent))
        }
        #expect(ExactDecimal(units: .max, exponent: -20).description == "1701411834604692317.31687303715884105727")
        #expect(ExactDecimal(units: .min, exponent: 0).description == "-170141183460469231731687303715884105728")
    }

    @Test("add up exactly, however long they are")
    func sums() {
        #expect(ExactDecimal.sum("0", "0") == "0")
        #expect(ExactDecimal.sum("0.1", "0.2") == "0.3")
        #expect(ExactDecimal.sum("0.5", "0.5") == "1")
        #expect(ExactDecimal.sum("999.999", "0.001") == "1000")
        #expect(
            ExactDecimal.sum("72057594037927936000000", "0.000000000000000001")
                == "72057594037927936000000.000000000000000001")
        #expect(ExactDecimal.sum("1e5", "1") == nil)
        #expect(ExactDecimal.sum("-1", "1") == nil)
        #expect(ExactDecimal.sum("", "1") == nil)
        var random = StoreRandom(seed: 6)
        for _ in 0..<2_000 {
            let left = Int128(random.next() >> 2)
            let right = Int128(random.next() >> (random.next() % 60 + 2))
            #expect(
                ExactDecimal.sum(
                    ExactDecimal(units: left, exponent: -9).description,
                    ExactDecimal(units: right, exponent: -9).description)
                    == ExactDecimal(units: left + right, exponent: -9).description)
        }
    }

    @Test(
        "are read from nothing but decimals", arguments: ["", "-", ".", "1.2.3", "1e5", "0x1", " 1", "NaN", "Infinity"])
    func malformed(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test("are told in other units only where that is exact")
    func units() {
        #expect(ExactDecimal("1.25")?.units(exponent: -2) == 125)
        #expect(ExactDecimal("1.25")?.units(exponent: -1) == nil)
        #expect(ExactDecimal("1200")?.units(exponent: 2) == 12)
        #expect(ExactDecimal(units: .max, exponent: 0).units(exponent: -1) == nil)
    }
}
