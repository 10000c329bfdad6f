public import TerraceCore

/// `passive_lines`: one passive line, before its units are known.
public struct PassiveLineConfiguration: Sendable {
    /// `quantity`.
    public var quantity: ConfiguredDecimal
    /// `mid_spread_bps`.
    public var spread: Millibps
    /// `min_spread_bps`; nil for half of the spread.
    public var minimumSpread: Millibps?
    /// `max_spread_bps`; nil for twice the spread.
    public var maximumSpread: Millibps?
    /// `randomization_factor`; nil for none.
    public var randomization: Coefficient?
    /// What both kinds of lines have.
    public var limits: LineLimits
    /// Where the spread stands.
    public var spreadPlace: Place

    static let keys =
        ["mid_spread_bps", "min_spread_bps", "max_spread_bps", "quantity", "randomization_factor"] + LineLimits.keys

    init?(_ section: Section) {
        let quantity = section.decimal("quantity", isRequired: true, .positive)
        let spread = section.basisPoints("mid_spread_bps", isRequired: true, 1...1_000_000)
        self.minimumSpread = section.basisPoints("min_spread_bps", 0...1_000_000)
        self.maximumSpread = section.basisPoints("max_spread_bps", 1...2_000_000)
        self.randomization = section.coefficient("randomization_factor", 0...999_999)
        self.limits = LineLimits(section)
        self.spreadPlace = section.valuePlace(of: "mid_spread_bps")
        let base = spread.map { Self.text($0) } ?? ""
        if let spread, let least = self.minimumSpread, least > spread {
            section.findings.error(
                section.valuePlace(of: "min_spread_bps"),
                "\(section.name("min_spread_bps")) is \(Self.text(least)), above \"mid_spread_bps\", which is \(base)")
        }
        if let spread, let most = self.maximumSpread, most < spread {
            section.findings.error(
                section.valuePlace(of: "max_spread_bps"),
                "\(section.name("max_spread_bps")) is \(Self.text(most)), below \"mid_spread_bps\", which is \(base)")
        }
        guard let quantity, let spread else { return nil }
        self.quantity = quantity
        self.spread = spread
    }

    static func text(_ spread: Millibps) -> String { DecimalText.text(of: Int128(spread.units), exponent: -3) }
}
