/// What a venue demands of orders in one instrument, and what it charges, in the units of the pair.
public struct TradingRules: Hashable, Sendable {
    /// The price step.
    public var tick: Grid
    /// The quantity step.
    public var lot: Grid
    /// The least quantity of an order.
    public var minimumQuantity: Quantity
    /// The largest quantity of an order.
    public var maximumQuantity: Quantity
    /// The least price times quantity of an order.
    public var minimumNotional: Notional
    /// What a maker pays of the notional; negative where the venue pays it back.
    public var makerFee: Millibps
    /// What a taker pays of the notional.
    public var takerFee: Millibps
    /// Whether a working order's price and quantity can be changed by one command.
    public var canAmend: Bool

    /// Rules with no minimum but one lot, and no fees, unless said otherwise.
    public init(
        tick: Grid, lot: Grid, minimumQuantity: Quantity = .zero,
        maximumQuantity: Quantity = Quantity(units: Quantity.limit), minimumNotional: Notional = .zero,
        makerFee: Millibps = .zero, takerFee: Millibps = .zero, canAmend: Bool = false
    ) {
        self.tick = tick
        self.lot = lot
        self.minimumQuantity = minimumQuantity
        self.maximumQuantity = maximumQuantity
        self.minimumNotional = minimumNotional
        self.makerFee = makerFee
        self.takerFee = takerFee
        self.canAmend = canAmend
    }
}
