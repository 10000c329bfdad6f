public import TerraceCore

/// `inventory`: how much of the base coin a strategy should hold, before its units are known.
public struct InventoryConfiguration: Sendable {
    /// `target_inventory`.
    public var target: ConfiguredDecimal
    /// `max_inventory_deviation`.
    public var maximumDeviation: ConfiguredDecimal
    /// `initial_inventory`; nil for none.
    public var initial: ConfiguredDecimal?
    /// `inventory_coefficient`.
    public var coefficient: InventoryCoefficientMethod
    /// `inventory_price`.
    public var price: PriceSource

    /// `inventory_price`, with `manual_price` where it is manual.
    public enum PriceSource: Sendable {
        /// The average cost of the position.
        case accounting
        /// The reference price.
        case markToMarket
        /// The price given.
        case manual(ConfiguredDecimal)
    }

    static let keys = [
        "target_inventory", "max_inventory_deviation", "initial_inventory", "inventory_coefficient", "inventory_price",
        "manual_price",
    ]

    init(_ section: Section) {
        self.target = section.requiredDecimal("target_inventory", .any)
        self.maximumDeviation = section.requiredDecimal("max_inventory_deviation", .positive)
        self.initial = section.decimal("initial_inventory", .any)
        let standard = InventorySettings(target: .zero, maximumDeviation: .zero)
        self.coefficient =
            section.choice("inventory_coefficient", [("deviation", .deviation), ("target", .target)])
            ?? standard.coefficient
        let kind = section.choice(
            "inventory_price",
            [("accounting", Kind.accounting), ("mark_to_market", .markToMarket), ("manual", .manual)])
        let manual = section.decimal("manual_price", .positive)
        switch kind ?? .accounting {
        case .accounting: self.price = .accounting
        case .markToMarket: self.price = .markToMarket
        case .manual:
            if let manual {
                self.price = .manual(manual)
            } else {
                if !section.isPartial { _ = section.required("manual_price") }
                self.price = .accounting
            }
        }
        if kind != .manual, section.value("manual_price") != nil, !section.isPartial {
            section.findings.error(
                section.place(of: "manual_price"),
                "\(section.name("manual_price")) counts only with inventory_price: manual")
        }
        if self.coefficient == .target, self.target.isGiven, self.target.units == 0 {
            section.findings.error(
                section.valuePlace(of: "inventory_coefficient"),
                "\(section.name("inventory_coefficient")) is target, but \"target_inventory\" is 0: nothing can be divided "
                    + "by it")
        }
    }

    private enum Kind {
        case accounting
        case markToMarket
        case manual
    }
}
