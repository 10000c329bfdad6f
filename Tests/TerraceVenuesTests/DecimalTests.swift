import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("A price on the wire") struct DecimalTests {
    /// The unit of the tests: prices of eight decimals, unless the table says otherwise.
    private func read(_ text: String, exponent: Int = -8, limit: Int64 = Price.limit) -> Result<Int64, WireError> {
        let bytes = Array((text + ",\"padding\":\"so that the fast reader may look ahead\"").utf8)
        var scanner = WireScanner()
        let unit = DecimalUnit(exponent: exponent, limit: limit)
        let fast = Result { () throws(WireError) in try scanner.decimal(bytes.span, unit: unit) }
        // The same at the very end of a message, where the fast reader may not look ahead.
        let short = Array(text.utf8)
        var slow = WireScanner()
        let other = Result { () throws(WireError) in try slow.decimal(short.span, unit: unit) }
        #expect(fast == other, "\(text)")
        if case .success = fast { #expect(scanner.position == short.count, "\(text)") }
        return fast
    }

    @Test(
        "becomes units digit by digit",
        arguments: [
            ("\"61837.63000000\"", -8, 6_183_763_000_000), ("\"0.00000001\"", -8, 1), ("\"0.00000000\"", -8, 0),
            ("\"5\"", -8, 500_000_000), ("\"5.\"", -8, 500_000_000), ("\".5\"", -8, 50_000_000),
            ("\"00012.5\"", -8, 1_250_000_000), ("61800.20", -8, 6_180_020_000_000), ("7", -8, 700_000_000),
            ("\"123456789.12345678\"", -8, 12_345_678_912_345_678), ("\"1.500000000000\"", -8, 150_000_000),
            ("\"1.50\"", -1, 15), ("\"100\"", 0, 100), ("\"100.000\"", 0, 100), ("\"1200\"", 2, 12),
            ("\"0.00000000017\"", -11, 17), ("\"0.017\"", -11, 1_700_000_000), ("\"720575940.37927936\"", -8, 1 << 56),
            ("\"99999999.99999999\"", -8, 9_999_999_999_999_999), ("\"12345678\"", -2, 1_234_567_800),
        ])
    func exact(_ text: String, _ exponent: Int, _ units: Int64) {
        #expect(self.read(text, exponent: exponent) == .success(units))
    }

    @Test(
        "is refused where it is none, is finer than the unit, too large or negative",
        arguments: [
            ("\"1.123456789\"", -8, WireFault.finerThanUnit), ("\"0.05\"", -1, .finerThanUnit),
            ("\"1.5\"", 0, .finerThanUnit), ("\"1201\"", 2, .finerThanUnit),
            ("\"720575940.37927937\"", -8, .tooLarge), ("\"1000000000\"", -8, .tooLarge),
            ("\"99999999999999999999999999999999999999999999999\"", -8, .tooLarge), ("\"99999999\"", -11, .tooLarge),
            ("\"-1\"", -8, .negative), ("-1", -8, .negative), ("\"-0\"", -8, .negative),
            ("\"\"", -8, .decimal), ("\".\"", -8, .decimal), ("\"1.2.3\"", -8, .decimal), ("\"NaN\"", -8, .decimal),
            ("\"Infinity\"", -8, .decimal), ("\"1e5\"", -8, .decimal), ("\"+1\"", -8, .decimal),
            ("\" 1\"", -8, .decimal), ("\"1 \"", -8, .decimal), ("\"0x10\"", -8, .decimal), ("NaN", -8, .decimal),
            ("null", -8, .decimal), ("[1]", -8, .decimal), ("1e5", -8, .decimal), ("\"1,5\"", -8, .decimal),
            ("\"\\u0031\"", -8, .decimal), ("\"1/2\"", -8, .decimal), ("\"1:5\"", -8, .decimal),
        ])
    func refused(_ text: String, _ exponent: Int, _ fault: WireFault) {
        guard case .failure(let error) = self.read(text, exponent: exponent) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(error.fault == fault)
        #expect(error.offset <= text.utf8.count)
    }

    @Test("is read alike by the fast and the plain reader, whatever its digits", arguments: [UInt64(1), 2, 3])
    func twins(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("00112345678999....-e+\" x".utf8)
        for round in 0..<4_000 {
            let exponent = Int.random(in: -12...3, using: &random)
            var text: [UInt8] = []
            if round.isMultiple(of: 2) {
                for _ in 0..<Int.random(in: 0...10, using: &random) {
                    text.append(.random(in: 48...57, using: &random))
                }
                if Bool.random(using: &random) {
                    text.append(46)
                    for _ in 0..<Int.random(in: 0...11, using: &random) {
                        text.append(Bool.random(using: &random) ? 48 : .random(in: 48...57, using: &random))
                    }
                }
            } else {
                for _ in 0..<Int.random(in: 0...12, using: &random) {
                    text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
                }
            }
            if text.contains(34) || text.first == 45 { continue }
            let plain = try? DecimalText.units(of: text.span, exponent: exponent, limit: Int128(Price.limit))
            let found = self.read("\"\(String(decoding: text, as: UTF8.self))\"", exponent: exponent)
            #expect(
                (try? found.get()) == plain.map { Int64($0) }, "\(String(decoding: text, as: UTF8.self)) \(exponent)")
        }
    }
}
