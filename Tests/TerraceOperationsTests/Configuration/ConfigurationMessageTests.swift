import Testing
import TerraceCore
import TerraceOperations

/// What a configuration that is wrong says, class by class, with line and column.
@Suite("A configuration that can't be used") struct ConfigurationMessageTests {
    /// A text that is wrong, and the lines that are said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let messages: [String]
        var testDescription: String { self.messages.joined(separator: "; ") }

        init(_ source: Source, _ messages: String...) {
            self.text = source.text
            self.messages = messages
        }
    }

    /// A whole text, or one of two good ones with a line replaced.
    enum Source {
        case whole(String)
        case one(Int, String)
        case desk(Int, String)

        var text: String {
            switch self {
            case .whole(let text): text
            case .one(let line, let replacement): Self.replaced(ConfigurationSamples.one, line, replacement)
            case .desk(let line, let replacement): Self.replaced(ConfigurationSamples.desk, line, replacement)
            }
        }

        private static func replaced(_ text: String, _ line: Int, _ replacement: String) -> String {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
            lines[line - 1] = replacement
            return lines.joined(separator: "\n")
        }
    }

    private static func check(_ test: Case) {
        let wanted = test.messages.map { "desk.yml:\($0.first?.isNumber == true ? "" : " ")\($0)" }
        #expect(ConfigurationSamples.messages(test.text) == wanted)
    }

    @Test("is one of two that can be used, with a line replaced") func samples() {
        #expect(ConfigurationSamples.messages(ConfigurationSamples.one) == [])
        #expect(ConfigurationSamples.messages(ConfigurationSamples.desk) == [])
    }

    @Test("names a key that is unknown, missing or there twice", arguments: Self.keysTable) func keys(_ test: Case) {
        Self.check(test)
    }
    @Test("names a value of the wrong kind", arguments: Self.typesTable) func types(_ test: Case) { Self.check(test) }
    @Test("names a number that is none, or out of its range", arguments: Self.numbersTable) func numbers(_ test: Case) {
        Self.check(test)
    }
    @Test("names a word that it does not know, and the nearest that it does", arguments: Self.wordsTable) func words(
        _ test: Case
    ) { Self.check(test) }
    @Test("names values that can't stand together", arguments: Self.combinationsTable) func combinations(_ test: Case) {
        Self.check(test)
    }
    @Test("names a number that does not fit the units and rules of its pair", arguments: Self.unitsTable) func units(
        _ test: Case
    ) { Self.check(test) }
    @Test("refuses secrets, and never repeats them", arguments: Self.secretsTable) func secrets(_ test: Case) {
        Self.check(test)
    }
    @Test("says what is no YAML, and what of YAML is not taken", arguments: Self.yamlTable) func yaml(_ test: Case) {
        Self.check(test)
    }
}
