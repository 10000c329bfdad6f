import TerraceVenues

/// What `terrace venues` prints: each venue and what it supports, by the facts of its protocol.
public enum VenueTable {
    /// The lines.
    public static func lines(_ catalogue: LiveVenueCatalogue) -> [String] {
        var rows = [
            [
                "venue", "market data", "post-only", "amend", "batch", "cancel-all", "dead-man", "private stream",
                "test network",
            ]
        ]
        for venue in catalogue.venues {
            let traits = venue.bare.traits
            let orders = venue.takesOrders
            rows.append([
                venue.name, "yes", Self.word(orders), Self.word(orders && traits.canAmend),
                orders && traits.mostInBatch > 1 ? "\(traits.mostInBatch)" : "no", Self.word(orders),
                Self.word(orders && traits.hasDeadManSwitch), Self.word(orders), Self.word(venue.testNetwork != nil),
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            let cells = zip(row, widths).map { Figures.left($0, $1 + 2) }.joined()
            return String(cells.reversed().drop { $0 == " " }.reversed())
        }
        lines.append("")
        for venue in catalogue.venues {
            let test = venue.testNetwork.map { "; test network \($0.rest)" } ?? ""
            lines.append("\(venue.name) is \(venue.bare.traits.title), \(venue.bare.traits.endpoints.rest)\(test)")
        }
        return lines
    }

    private static func word(_ does: Bool) -> String { does ? "yes" : "no" }
}
