import Foundation
import Testing
import TerraceCore
import TerraceOperations
import TerraceSimulation

@Suite("A hostile configuration") struct ConfigurationHostileTests {
    private static func messages(_ text: String) -> [String] { ConfigurationSamples.messages(text) }

    @Test("of any one byte changed, taken out or put in is taken or refused, and never traps", arguments: 0..<8)
    func spoiled(part: Int) throws {
        let samples = [
            try ConfigurationSamples.example("guide.json"), ConfigurationSamples.desk,
            try ConfigurationSamples.example("desk.yml"),
        ]
        let bytes = Array("\0\n\r\t \"'#&*!|>%@`{}[],:?-09aZ~<\u{7F}é\u{2028}".utf8) + [0x80, 0xC3, 0xFF]
        var random = UInt64(part) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func draw(_ bound: Int) -> Int {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Int(random % UInt64(bound))
        }
        var refused = 0
        for round in 0..<150 {
            var text = Array(samples[round % samples.count].utf8)
            for _ in 0...draw(3) {
                let place = draw(text.count)
                switch draw(4) {
                case 0: text[place] = bytes[draw(bytes.count)]
                case 1: text.remove(at: place)
                case 2: text.insert(bytes[draw(bytes.count)], at: place)
                default: text.removeSubrange(place..<min(text.count, place + draw(40)))
                }
            }
            do {
                let desk = try DeskConfiguration.parse(text, file: "desk.yml")
                _ = DeskPlan(desk, try desk.bind()).lines
            } catch {
                refused += 1
                #expect(!error.diagnostics.isEmpty)
                #expect(error.diagnostics.contains { $0.severity == .error })
                #expect(error.diagnostics == error.diagnostics.sorted())
            }
        }
        #expect(refused > 50)
    }

    @Test(
        "with any value replaced by an extreme one is taken or refused, and never traps",
        arguments: [
            "999999999999999999", "1000000000000000000", "0.000000000000000001", "-1", "0", "1e400", "null", "''", "[]",
            "{}",
            "[[]]", "true", "720575940.37927936", "99999999999999999999999999999999999999999", "BERA/USDT", "binance",
        ])
    func extreme(value: String) throws {
        let guide = try ConfigurationSamples.example("guide.json")
        for text in [guide, ConfigurationSamples.desk, ConfigurationSamples.everyKey] {
            for match in text.matches(of: /: ("[^"]*"|[a-z0-9.]+)/) {
                var spoiled = text
                spoiled.replaceSubrange(match.range, with: ": " + value)
                do {
                    let desk = try DeskConfiguration.parse(spoiled, file: "desk.yml")
                    let bound = try desk.bind()
                    var engine = Engine(bound.engine)
                    for pair in bound.setup.pairs { _ = engine.addPair(pair) }
                    for strategy in bound.strategies { _ = try engine.register(strategy) }
                    #expect(!DeskPlan(desk, bound).lines.isEmpty)
                } catch let error as ConfigurationError {
                    #expect(error.diagnostics.contains { $0.severity == .error })
                }
            }
        }
    }

    @Test("that is cut short anywhere is refused, and never traps") func cut() throws {
        let text = Array(try ConfigurationSamples.example("guide.json").utf8)
        for length in 0..<text.count - 2 {
            #expect(throws: ConfigurationError.self) {
                try DeskConfiguration.parse(Array(text.prefix(length)), file: "guide.json")
            }
        }
    }

    @Test("of deep nesting is refused at once", arguments: ["[", "{a: ", "- ", "? ", "\n- ["])
    func deep(opening: String) {
        for depth in [30, 900, 60_000] {
            let messages = Self.messages(String(repeating: opening, count: depth))
            #expect(messages.count >= 1 && messages.count < 5)
            #expect(!messages.contains { $0.contains("yaml_set_max") })
        }
        let closed = Self.messages(String(repeating: "[", count: 900) + String(repeating: "]", count: 900))
        #expect(closed.contains { $0.hasSuffix("this is nested deeper than 24 levels") })
    }

    @Test("of aliases that would grow to billions copies nothing") func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        text += "? [*a40]\n: 1\n"
        let wanted = #"desk.yml:1:5: YAML anchors and aliases are not taken: use "templates" or "defaults""#
        #expect(Self.messages(text).contains(wanted))
    }

    @Test("may hold texts that look like aliases") func texts() throws {
        let text = ConfigurationSamples.one.replacing("id: one", with: "# &not *an alias\nid: 'a_*b_&c'")
        #expect(try DeskConfiguration.parse(text, file: "desk.yml").strategies[0].id == "a_*b_&c")
        let quoted = ConfigurationSamples.desk.replacing("- id: one", with: "- id: \"one\" # \" *two \"\n")
        #expect(try DeskConfiguration.parse(quoted, file: "desk.yml").strategies[0].id == "one")
    }

    @Test("of thousands of doubled keys is refused with the first of them") func doubled() {
        let messages = Self.messages(String(repeating: "a: 1\n", count: 2_000))
        #expect(messages == ["desk.yml:64:1: more than 64 keys stand twice in their mappings"])
    }

    @Test("of thousands of errors says a thousand of them") func many() {
        let text = "strategies:\n" + String(repeating: "  - { wrong: 1 }\n", count: 3_000)
        let messages = Self.messages(text)
        #expect(messages.count == ConfigurationError.limit + 1)
        #expect(messages.first == "desk.yml: there is more than can be shown; these are 1000 of it")
    }

    @Test("that is no file, a folder, too large or no text is refused in one line") func files() throws {
        let folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("terrace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func message(_ name: String, _ bytes: Data?) throws -> String {
            let path = folder.appendingPathComponent(name).path
            if let bytes { try bytes.write(to: URL(fileURLWithPath: path)) }
            let error = #expect(throws: ConfigurationError.self) { try DeskConfiguration.load(path: path) }
            return error?.description.replacing(path, with: name) ?? ""
        }
        #expect(try message("none.yml", nil) == "none.yml: there is no such file")
        #expect(try message("empty.yml", Data()) == "empty.yml: the file is empty: it needs at least one strategy")
        let large = Data(repeating: UInt8(ascii: "a"), count: 5 << 20)
        #expect(try message("large.yml", large) == "large.yml: the file is larger than 4 MiB: split the desk")
        let latin = Data("id: one\nsymbol: caf".utf8) + [0xE9]
        #expect(try message("latin.yml", latin) == "latin.yml:2:12: this is not UTF-8: save the file as UTF-8 text")
        let error = #expect(throws: ConfigurationError.self) { try DeskConfiguration.load(path: folder.path) }
        #expect(error?.description == "\(folder.path): this is a folder, not a file")
        let marked = Data([0xEF, 0xBB, 0xBF]) + Data(ConfigurationSamples.one.replacing("\n", with: "\r\n").utf8)
        let path = folder.appendingPathComponent("windows.yml").path
        try marked.write(to: URL(fileURLWithPath: path))
        #expect(try DeskConfiguration.load(path: path).strategies.count == 1)
    }
}
