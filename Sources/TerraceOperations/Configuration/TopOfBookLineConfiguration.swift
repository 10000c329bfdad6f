public import TerraceCore

/// `tob_lines`: one top-of-book line, before its units are known.
public struct TopOfBookLineConfiguration: Sendable {
    /// `hourly_quantity`.
    public var hourlyQuantity: ConfiguredDecimal
    /// `spread_bps`.
    public var spread: Millibps
    /// What both kinds of lines have.
    public var limits: LineLimits

    static let keys = ["hourly_quantity", "spread_bps"] + LineLimits.keys

    init?(_ section: Section) {
        let quantity = section.decimal("hourly_quantity", isRequired: true, .positive)
        let spread = section.basisPoints("spread_bps", isRequired: true, 0...1_000_000)
        self.limits = LineLimits(section)
        guard let quantity, let spread else { return nil }
        self.hourlyQuantity = quantity
        self.spread = spread
    }
}
