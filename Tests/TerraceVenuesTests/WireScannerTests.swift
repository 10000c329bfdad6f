import Foundation
import Testing

@testable import TerraceVenues

@Suite("The wire scanner") struct WireScannerTests {
    /// The fault of `text` as one value, nil where it is one.
    private func fault(_ text: String) -> WireError? {
        let bytes = Array(text.utf8)
        var scanner = WireScanner()
        do throws(WireError) {
            try scanner.skipValue(bytes.span)
            try scanner.finish(bytes.span)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "walks over any value that JSON has",
        arguments: [
            "1", "-0", "0.5", "-12.25e+7", "1E9", "true", "false", "null", "\"\"", "\"a\\\"b\\\\c\\u00e9\\n\"", "{}",
            "[]",
            " [ 1 , { \"a\" : [ ] , \"b\" : { } } , \"x\" ] \n", "[[[[]]],[{}]]",
            "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":null}}",
            "\"é漢字🙂\"", "[true,false,null]", "\"0123456789abcdef0123456789\"",
        ])
    func valid(_ text: String) {
        #expect(self.fault(text) == nil)
    }

    @Test(
        "says where a message stops making sense, and what was due",
        arguments: [
            ("", 0, WireFault.value), ("nul", 3, .literal), ("nuLL", 0, .literal), ("01", 1, .end), ("1.", 2, .number),
            ("-", 1, .number), ("1e", 2, .number), ("+1", 0, .value), (".5", 0, .value), ("NaN", 0, .value),
            ("Infinity", 0, .value), ("\"abc", 4, .text), ("\"a\nb\"", 2, .text), ("\"\\x\"", 2, .escape),
            ("\"\\u12g4\"", 5, .escape), ("\"\\", 2, .escape), ("[1 2]", 3, .separator), ("[1,]", 3, .value),
            ("[1", 2, .separator), ("{\"a\" 1}", 5, .colon), ("{\"a\":1,}", 7, .text), ("{a:1}", 1, .text),
            ("{\"a\":}", 5, .value), ("[}", 1, .value), ("{\"a\":1]", 6, .separator), ("1 1", 2, .end),
            ("]", 0, .value),
            ("\u{0}", 0, .value), ("tru", 3, .literal), ("'a'", 0, .value), ("// x", 0, .value),
        ])
    func invalid(_ text: String, _ offset: Int, _ fault: WireFault) {
        #expect(self.fault(text) == WireError(fault, at: offset))
    }

    @Test("stops at brackets nested too deep, without recursing")
    func nesting() {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(self.fault(deepest) == nil)
        #expect(self.fault("[" + deepest + "]") == WireError(.nesting, at: 64))
        #expect(self.fault(String(repeating: "{\"a\":", count: 1_000_000))?.fault == .nesting)
    }

    @Test(
        "reads ids below 2^63 and nothing else",
        arguments: [
            ("0", 0), ("50093239189 ", 50_093_239_189), ("9223372036854775807", Int64.max),
            ("9223372036854775808", nil),
            ("99999999999999999999", nil), ("-1", nil), ("1.0", nil), ("1e3", nil), ("01", nil), ("\"1\"", nil),
            ("", nil),
            ("true", nil),
        ] as [(String, Int64?)])
    func integers(_ text: String, _ value: Int64?) {
        let bytes = Array(text.utf8)
        var scanner = WireScanner()
        #expect((try? scanner.integer(bytes.span)) == value)
    }

    @Test(
        "resolves escapes in names, surrogate pairs too",
        arguments: [
            ("BTC\\u0055SDT", "BTCUSDT"), ("\\u5e01\\u5b89", "币安"), ("\\ud83d\\ude42", "🙂"),
            ("a\\/b\\\\c\\\"", "a/b\\c\""),
            ("\\ud83d", "\u{FFFD}"), ("\\b\\f\\n\\r\\t", "\u{8}\u{C}\n\r\t"),
        ])
    func escapes(_ text: String, _ content: String) throws {
        let bytes = Array("\"\(text)\"".utf8)
        var scanner = WireScanner()
        let found = try scanner.text(bytes.span)
        #expect(found.string(in: bytes.span) == content)
        #expect(found.isEscaped)
    }

    @Test("accepts what another JSON reader accepts, and nothing else", arguments: [UInt64(11), 12])
    func oracle(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("{}[]\",:0123.-+eE\\utrfalsn \t".utf8)
        let samples = ["{\"a\":[1,-2.5e3,true,{\"b\":null}],\"c\":\"x\\n\\u0041\"}", "[[\"1.5\",\"2\"],[]]", "-0.0e1"]
        for _ in 0..<6_000 {
            var bytes = Array(samples[Int.random(in: 0..<samples.count, using: &random)].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                case 1: bytes.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &random)], at: place)
                default: if bytes.count > 1 { bytes.remove(at: place) }
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            // Foundation refuses unpaired surrogates and numbers beyond its range, which are valid JSON, and takes a comma
            // before a closing bracket, which is not.
            let ours = self.fault(text) == nil
            let packed = text.filter { $0 != " " && $0 != "\t" }
            if ours != theirs, !packed.contains("\\u"), !packed.lowercased().contains("e"), !packed.contains(",]") {
                Issue.record("\(text): ours \(ours), theirs \(theirs)")
            }
        }
    }

    @Test("finds symbols, and none that is only nearly one")
    func symbols() throws {
        let names = (0..<3_000).map { "SYM\($0)USDT" } + ["币安人生USDT", "A", String(repeating: "Z", count: 32)]
        let table = try SymbolTable(names)
        for (index, name) in names.enumerated() {
            let bytes = Array("\"\(name)\"".utf8)
            #expect(table.slot(of: bytes.span, from: 1, to: bytes.count - 1) == index)
        }
        for other in ["SYM3000USDT", "sym1usdt", "", "AA", String(repeating: "Z", count: 33), "SYM1USD"] {
            let bytes = Array(other.utf8)
            #expect(table.slot(of: bytes.span, from: 0, to: bytes.count) == nil)
        }
        let lower = Array("sym17usdt@depth".utf8)
        #expect(table.slot(of: lower.span, from: 0, to: 9, uppercasing: true) == 17)
        #expect(throws: SymbolTable.Refusal.duplicate("A")) { try SymbolTable(["A", "B", "A"]) }
        #expect(throws: SymbolTable.Refusal.unusable("")) { try SymbolTable([""]) }
        #expect(throws: SymbolTable.Refusal.unusable(String(repeating: "Z", count: 33))) {
            try SymbolTable([String(repeating: "Z", count: 33)])
        }
        #expect(try SymbolTable([]).slot(of: lower.span, from: 0, to: 3) == nil)
    }
}
