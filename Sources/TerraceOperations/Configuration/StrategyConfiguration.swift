public import TerraceCore

/// `strategies`: one strategy with its template and the defaults laid under it, before venues and units are known.
public struct StrategyConfiguration: Sendable {
    /// `id`.
    public var id: String
    /// `symbol`: the pair, `BASE/QUOTE`.
    public var symbol: ConfiguredName
    /// `exchanges`.
    public var exchanges: [ConfiguredName]
    /// `priority`.
    public var priority: Priority
    /// `inventory`.
    public var inventory: InventoryConfiguration
    /// `pricing_source` with what belongs to it.
    public var pricing: PricingConfiguration
    /// `time_periods`, `coefficient_method`, `average`, `volume_unit`, `min_coefficient`, `max_coefficient`.
    public var volume: VolumeSettings
    /// `tob_lines`.
    public var topOfBookLines: [TopOfBookLineConfiguration]
    /// `passive_lines`.
    public var passiveLines: [PassiveLineConfiguration]
    /// `requote_tolerance_bps`.
    public var requoteTolerance: Millibps
    /// `price_collar_bps`.
    public var priceCollar: Millibps
    /// `max_cross_bps`.
    public var maximumCross: Millibps
    /// `max_order_notional`; nil for no limit.
    public var maximumOrderNotional: ConfiguredDecimal?
    /// `max_loss`; nil for no limit.
    public var maximumLoss: Amount?
    /// Where it stands.
    public var place: Place
    /// All that was said of it, template and defaults included, as JSON with sorted keys: for the record.
    public var json = "{}"

    /// How many lines a list may have: 200 lines on 64 venues stay below the 65,535 slots of a strategy.
    static let lineLimit = 100

    static let partKeys = ["exchanges", "priority", "config"]
    static let keys = ["id", "symbol", "template"] + Self.partKeys
    static let configKeys =
        [
            "inventory", "tob_lines", "passive_lines", "time_periods", "coefficient_method", "min_coefficient",
            "max_coefficient", "average", "volume_unit", "requote_tolerance_bps", "price_collar_bps",
            "max_cross_bps", "max_order_notional", "max_loss",
        ] + PricingConfiguration.keys

    /// Reads a strategy, or a part of one where `section` is partial. What is missing or wrong has been reported, and something
    /// stands in for it: an empty text, an empty list, a default.
    init(_ section: Section) {
        self.place = section.place
        self.id = Self.id(section) ?? ""
        self.symbol = Self.symbol(section) ?? ConfiguredName(name: "", place: section.place)
        self.exchanges = section.names("exchanges", limit: 64, isRequired: true) ?? []
        self.priority = Self.priority(section) ?? .normal
        let config = section.requiredSection("config", keys: Self.configKeys)
        self.inventory = InventoryConfiguration(
            config.requiredSection("inventory", keys: InventoryConfiguration.keys))
        self.pricing = PricingConfiguration(config)
        let standard = StrategyDefinition(
            id: "", pair: PairIndex(0), venues: .none,
            inventory: InventorySettings(target: .zero, maximumDeviation: .zero))
        self.volume = Self.volume(config, standard.volume)
        let topOfBook = config.list("tob_lines", limit: Self.lineLimit)
        let passive = config.list("passive_lines", limit: Self.lineLimit)
        self.topOfBookLines = (topOfBook ?? []).compactMap {
            TopOfBookLineConfiguration(
                Section($0, keys: TopOfBookLineConfiguration.keys, isPartial: false, section.findings))
        }
        self.passiveLines = (passive ?? []).compactMap {
            PassiveLineConfiguration(
                Section($0, keys: PassiveLineConfiguration.keys, isPartial: false, section.findings))
        }
        self.requoteTolerance =
            config.basisPoints("requote_tolerance_bps", 0...1_000_000) ?? standard.requoteTolerance
        self.priceCollar = config.basisPoints("price_collar_bps", 1_000...10_000_000) ?? standard.priceCollar
        self.maximumCross = config.basisPoints("max_cross_bps", 0...5_000_000) ?? standard.maximumCross
        self.maximumOrderNotional = config.decimal("max_order_notional", .positive)
        self.maximumLoss = config.amount("max_loss")
        let isBare =
            topOfBook?.isEmpty ?? config.isMissing("tob_lines")
            && passive?.isEmpty ?? config.isMissing("passive_lines")
        if !config.isPartial, isBare {
            section.findings.error(
                config.place,
                "\(config.label) has neither tob_lines nor passive_lines: the strategy would quote nothing")
        }
        if !section.isPartial { self.warnOfCollar(section.findings) }
    }

    private static func id(_ section: Section) -> String? {
        guard let id = section.text("id", isRequired: true) else { return nil }
        let isFit = id.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        guard isFit, (1...64).contains(id.utf8.count) else {
            section.findings.error(
                section.valuePlace(of: "id"),
                "\(section.name("id")) must be 1 to 64 letters, digits and signs without blanks and quotes, not "
                    + "\"\(ConfigurationParser.shown(id))\"")
            return nil
        }
        return id
    }

    private static func symbol(_ section: Section) -> ConfiguredName? {
        guard let symbol = section.text("symbol", isRequired: true) else { return nil }
        guard PairConfiguration.coins(symbol) != nil else {
            section.findings.error(
                section.valuePlace(of: "symbol"),
                "\(section.name("symbol")) must be two coins in capitals such as BERA/USDT, not "
                    + "\"\(ConfigurationParser.shown(symbol))\"")
            return nil
        }
        return ConfiguredName(name: symbol, place: section.valuePlace(of: "symbol"))
    }

    private static func priority(_ section: Section) -> Priority? {
        let words = ["critical", "important", "normal", "low"]
        return section.choice(
            "priority", Priority.allCases.flatMap { [(words[$0.index], $0), ("\($0.rawValue)", $0)] })
    }

    private static func volume(_ config: Section, _ standard: VolumeSettings) -> VolumeSettings {
        var volume = standard
        if let names = config.names("time_periods", limit: 16) {
            let words = VolumePeriod.allCases.map { $0.name }
            volume.periods = names.compactMap { name in
                if let period = VolumePeriod.allCases.first(where: { $0.name == name.name }) { return period }
                config.findings.error(
                    name.place,
                    "unknown period \"\(ConfigurationParser.shown(name.name))\" in time_periods"
                        + NearestWord.hint(name.name, among: words, listsThem: true))
                return nil
            }.sorted()
        }
        volume.method =
            config.choice(
                "coefficient_method",
                [("min", VolumeCoefficientMethod.minimum), ("max", .maximum), ("mid", .middle)]) ?? standard.method
        volume.average =
            config.choice("average", [("simple", VolumeAverage.simple), ("exponential", .exponential)])
            ?? standard.average
        volume.unit = config.choice("volume_unit", [("quote", VolumeUnit.quote), ("base", .base)]) ?? standard.unit
        volume.minimum = config.coefficient("min_coefficient", 0...100_000_000) ?? standard.minimum
        volume.maximum = config.coefficient("max_coefficient", 1...100_000_000) ?? standard.maximum
        let isWhole = !config.isPartial || (config.has("min_coefficient") && config.has("max_coefficient"))
        if isWhole, volume.minimum > volume.maximum {
            let key = config.has("min_coefficient") ? "min_coefficient" : "max_coefficient"
            config.findings.error(
                config.valuePlace(of: key),
                "\"min_coefficient\" in \(config.label) is \(Self.text(volume.minimum)), above \"max_coefficient\", which is "
                    + Self.text(volume.maximum))
        }
        return volume
    }

    static func text(_ coefficient: Coefficient) -> String {
        DecimalText.text(of: Int128(coefficient.ppm), exponent: -6)
    }

    /// A passive line beyond the price collar never shows a quote.
    private func warnOfCollar(_ findings: Findings) {
        for line in self.passiveLines where line.spread > self.priceCollar {
            findings.warning(
                line.spreadPlace,
                "the line's mid_spread_bps of \(PassiveLineConfiguration.text(line.spread)) is beyond price_collar_bps, which "
                    + "is \(PassiveLineConfiguration.text(self.priceCollar)): it will never quote")
        }
    }
}
