public import TerraceCore

/// What a venue demands and charges, as far as the file says it; nil where it does not.
public struct RulesConfiguration: Hashable, Sendable {
    /// `tick_size`: the price step.
    public var tick: ConfiguredDecimal?
    /// `lot_size`: the quantity step.
    public var lot: ConfiguredDecimal?
    /// `min_quantity`: the least quantity of an order.
    public var minimumQuantity: ConfiguredDecimal?
    /// `max_quantity`: the largest quantity of an order.
    public var maximumQuantity: ConfiguredDecimal?
    /// `min_notional`: the least price times quantity of an order.
    public var minimumNotional: ConfiguredDecimal?
    /// `maker_fee_bps`: what a maker pays; negative where the venue pays it back.
    public var makerFee: Millibps?
    /// `taker_fee_bps`: what a taker pays.
    public var takerFee: Millibps?
    /// `can_amend`: whether a working order can be changed by one command.
    public var canAmend: Bool?

    /// Nothing said.
    public init() {}

    /// From a rebate of 100 bps to a fee of 1,000 bps.
    static let feeRange: ClosedRange<Int64> = -100_000...1_000_000
    static let feeKeys = ["maker_fee_bps", "taker_fee_bps", "can_amend"]
    static let keys = ["tick_size", "lot_size", "min_quantity", "max_quantity", "min_notional"] + Self.feeKeys

    init(_ section: Section) {
        self.tick = section.decimal("tick_size", .positive)
        self.lot = section.decimal("lot_size", .positive)
        self.minimumQuantity = section.decimal("min_quantity", .notNegative)
        self.maximumQuantity = section.decimal("max_quantity", .positive)
        self.minimumNotional = section.decimal("min_notional", .notNegative)
        self.makerFee = section.basisPoints("maker_fee_bps", Self.feeRange)
        self.takerFee = section.basisPoints("taker_fee_bps", Self.feeRange)
        self.canAmend = section.flag("can_amend")
        self.checkQuantities(section.findings)
    }

    /// An error where the largest order is below the least: in one place of the file, or where two are laid over each other.
    func checkQuantities(_ findings: Findings) {
        guard let least = self.minimumQuantity, let most = self.maximumQuantity, least.units > most.units else {
            return
        }
        findings.error(most.place, "\(most.name) is \(most.text), below \"min_quantity\", which is \(least.text)")
    }

    /// These rules, and those of `base` where these say nothing.
    public func over(_ base: RulesConfiguration) -> RulesConfiguration {
        var merged = self
        merged.tick = self.tick ?? base.tick
        merged.lot = self.lot ?? base.lot
        merged.minimumQuantity = self.minimumQuantity ?? base.minimumQuantity
        merged.maximumQuantity = self.maximumQuantity ?? base.maximumQuantity
        merged.minimumNotional = self.minimumNotional ?? base.minimumNotional
        merged.makerFee = self.makerFee ?? base.makerFee
        merged.takerFee = self.takerFee ?? base.takerFee
        merged.canAmend = self.canAmend ?? base.canAmend
        return merged
    }
}
