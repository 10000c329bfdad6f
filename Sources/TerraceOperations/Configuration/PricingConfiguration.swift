/// `pricing_source` with what belongs to it, before venues and units are known.
public enum PricingConfiguration: Sendable {
    /// The mid of the consolidated book.
    case aggregated
    /// `pricing_exchanges`: the mid of the best bid and ask of some venues.
    case component([ConfiguredName])
    /// The mean of the venues' mids, weighted by the quantity at their touches.
    case liquidityWeighted
    /// `pricing_exchange`: the mid of one venue.
    case singleVenue(ConfiguredName)
    /// `wapq_quantity`: the mid of the two sweeps for a quantity.
    case wapq(ConfiguredDecimal)
    /// The touch weighted by the opposite side's quantity.
    case microprice

    static let keys = ["pricing_source", "pricing_exchange", "pricing_exchanges", "wapq_quantity"]

    private enum Source {
        case aggregated
        case component
        case liquidityWeighted
        case singleVenue
        case wapq
        case microprice
        case synthetic
    }

    /// Reads the four keys; `aggregated` where one that is needed is missing or wrong.
    init(_ section: Section) {
        let source = section.choice(
            "pricing_source",
            [
                ("aggregated", Source.aggregated), ("component", .component),
                ("liquidity_weighted", .liquidityWeighted),
                ("single_venue", .singleVenue), ("wapq", .wapq), ("microprice", .microprice), ("synthetic", .synthetic),
            ])
        let isUnknown = section.value("pricing_source") != nil && source == nil
        let needed: String? =
            switch source ?? .aggregated {
            case .component: "pricing_exchanges"
            case .singleVenue: "pricing_exchange"
            case .wapq: "wapq_quantity"
            case .aggregated, .liquidityWeighted, .microprice, .synthetic: nil
            }
        let words = ["pricing_exchanges": "component", "pricing_exchange": "single_venue", "wapq_quantity": "wapq"]
        for key in Self.keys.dropFirst() where key != needed && section.value(key) != nil && !isUnknown {
            guard !section.isPartial, let word = words[key] else { continue }
            section.findings.error(
                section.place(of: key), "\(section.name(key)) counts only with pricing_source: \(word)")
        }
        switch source ?? .aggregated {
        case .aggregated: self = .aggregated
        case .liquidityWeighted: self = .liquidityWeighted
        case .microprice: self = .microprice
        case .component:
            let names = section.names("pricing_exchanges", limit: 64, isRequired: true)
            self = names.map { .component($0) } ?? .aggregated
        case .singleVenue:
            let place = section.valuePlace(of: "pricing_exchange")
            let name = section.text("pricing_exchange", isRequired: true)
            self = name.map { .singleVenue(ConfiguredName(name: $0, place: place)) } ?? .aggregated
        case .wapq:
            self = .wapq(section.requiredDecimal("wapq_quantity", .positive))
        case .synthetic:
            section.findings.error(
                section.valuePlace(of: "pricing_source"),
                "\(section.name("pricing_source")) is synthetic, which is not supported yet: take another source")
            self = .aggregated
        }
    }

    /// The venues that it names.
    var venues: [ConfiguredName] {
        switch self {
        case .component(let names): names
        case .singleVenue(let name): [name]
        case .aggregated, .liquidityWeighted, .wapq, .microprice: []
        }
    }
}
