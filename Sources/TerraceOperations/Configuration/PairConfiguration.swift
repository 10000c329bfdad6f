/// `pairs`: one pair, its units, and its rules by venue.
public struct PairConfiguration: Sendable {
    /// The name, `BASE/QUOTE`.
    public var symbol: String
    /// Where it stands.
    public var place: Place
    /// `price_decimals`: the price unit is 10 to minus this of the quote coin; nil for 8, or more where ticks are finer.
    public var priceDecimals: Int?
    /// `quantity_decimals`: the quantity unit is 10 to minus this of the base coin; nil for 8, or more where lots are finer.
    public var quantityDecimals: Int?
    /// `price`: about where it trades. A simulated market opens here, and `terrace check` reckons with it.
    public var price: ConfiguredDecimal?
    /// The rules on all venues that say nothing else.
    public var rules = RulesConfiguration()
    /// `venues`: the venues that trade it, with what differs there; nil for every venue on which a strategy quotes it.
    public var venues: [(name: ConfiguredName, rules: RulesConfiguration)]?

    /// A pair of which the file says nothing.
    public init(symbol: String, place: Place) {
        self.symbol = symbol
        self.place = place
    }

    static let keys =
        ["price_decimals", "quantity_decimals", "price", "venues"] + RulesConfiguration.keys

    /// The coin that is traded.
    public var base: String { Self.coins(self.symbol)?.base ?? self.symbol }
    /// The coin that it is priced in.
    public var quote: String { Self.coins(self.symbol)?.quote ?? self.symbol }

    /// The two coins of `BASE/QUOTE`: capitals and digits, 1 to 20 each, and not the same; nil where it is no such name.
    static func coins(_ symbol: String) -> (base: String, quote: String)? {
        let parts = symbol.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] != parts[1], parts.allSatisfy({ Self.isCoin($0) }) else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    static func isCoin(_ name: some StringProtocol) -> Bool {
        (1...20).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
}
