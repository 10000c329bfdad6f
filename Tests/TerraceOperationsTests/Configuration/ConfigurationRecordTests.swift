import Testing

@testable import TerraceOperations

@Suite("What is recorded of a strategy's configuration") struct ConfigurationRecordTests {
    private static func json(_ text: String) throws -> String {
        try #require(try DeskConfiguration.parse(text, file: "desk.yml").strategies.first).json
    }

    private static let lines = "passive_lines: [{ mid_spread_bps: 15.50, quantity: \"25.0\" }]"

    @Test("has template and defaults filled in, sorted keys, and every digit as it was written") func whole() throws {
        let text = """
            defaults: { priority: 2 }
            templates: { calm: { exchanges: [binance], config: { inventory: { max_inventory_deviation: 5 } } } }
            strategies:
              - { template: calm, symbol: BERA/USDT, id: "a:b", config: { \(Self.lines), inventory: { target_inventory: "1" } } }
            """
        #expect(
            try Self.json(text) == """
                {"config":{"inventory":{"max_inventory_deviation":5,"target_inventory":"1"},"passive_lines":[{"mid_spread_bps":15.50,\
                "quantity":"25.0"}]},"exchanges":["binance"],"id":"a:b","priority":2,"symbol":"BERA/USDT","template":"calm"}
                """)
    }

    @Test(
        "writes as numbers only what JSON takes for one",
        arguments: [
            ("1", "1"), ("-0.5", "-0.5"), ("007", "\"007\""), (".5", "\".5\""), ("5.", "\"5.\""), ("1e3", "\"1e3\""),
            ("-", "\"-\""), ("true", "true"), ("null", "null"), ("~", "null"), ("yes", "\"yes\""), ("", "\"\""),
        ])
    func scalars(text: String, json: String) {
        let place = Place(line: 1, column: 1)
        #expect(ConfigurationNode(place: place, label: "x", content: .text(text, isPlain: true)).json == json)
        let quoted = ConfigurationNode(place: place, label: "x", content: .text(text, isPlain: false)).json
        #expect(quoted == "\"\(text)\"")
    }
}
