import TerraceCore

extension DeskPlan {
    /// The plan for people, line by line.
    public var lines: [String] {
        var lines = [
            "\(self.file): \(Self.count(self.strategies.count, "strategy", "strategies")) on "
                + "\(Self.count(self.pairs, "pair", "pairs")), \(Self.count(self.venues.count, "venue", "venues"))", "",
        ]
        lines += self.strategyTable + [""] + self.venueTable
        if !self.pairsWithoutPrice.isEmpty {
            let named = self.pairsWithoutPrice.prefix(5).joined(separator: ", ")
            let rest = self.pairsWithoutPrice.count > 5 ? " and \(self.pairsWithoutPrice.count - 5) more" : ""
            lines.append("No price is given for \(named)\(rest): counted in the base coin.")
        }
        lines += ["", "connections and queues for \(Self.count(self.pairs, "pair", "pairs"))"]
        lines += [
            "  database connections  \(self.databaseLine)",
            "  Redis connections     \(self.redisLine)",
            "  work queues           \(self.resources.workQueues)",
            "  journal               \(self.services.journalFolder), \(self.services.journal.keptBytes / 1_000_000) MB at most",
            "",
            "memory about \((self.memory.bytes + 999_999) / 1_000_000) MB: \(MemoryEstimate.processBytes / 1_000_000) MB for the "
                + "process, \(MemoryEstimate.instrumentBytes / 1_000) kB for each of "
                + "\(Self.count(self.memory.instruments, "instrument", "instruments")), \(MemoryEstimate.slotBytes) bytes for "
                + "each of \(Self.count(self.memory.slots, "slot", "slots"))",
        ]
        return lines
    }

    private var databaseLine: String {
        let most = self.resources.databaseConnections
        if let location = self.services.store.location, self.services.store.isServer {
            return "at most \(most), to \(location)"
        }
        return "none to a server; at most \(most) readers of \(self.services.storePath)"
    }

    private var redisLine: String {
        let bus = self.services.bus
        if !bus.isShared { return "none: a run connects to the venues itself" }
        return "at most \(self.resources.redisConnections), to \(Self.listed(bus.addresses, ", "))"
    }

    private var strategyTable: [String] {
        var rows = [["strategy", "pair", "priority", "top", "passive", "slots", "venues"]]
        for strategy in self.strategies {
            rows.append([
                strategy.id, strategy.symbol, Self.word(strategy.priority), "\(strategy.topOfBookLines)",
                "\(strategy.passiveLines)", "\(strategy.slots)", Self.listed(strategy.venues, " "),
            ])
        }
        rows.append([
            "total", "", "", "\(self.strategies.reduce(0) { $0 + $1.topOfBookLines })",
            "\(self.strategies.reduce(0) { $0 + $1.passiveLines })", Self.grouped("\(self.total.slots)"), "",
        ])
        return Self.table(rows, rightAligned: [3, 4, 5])
    }

    private var venueTable: [String] {
        var rows = [["venue", "strategies", "slots", "open orders", "worth at most"]]
        for venue in self.venues + [self.total] {
            rows.append([
                venue.name, "\(venue.strategies)", Self.grouped("\(venue.slots)"), Self.grouped("\(venue.openOrders)"),
                Self.listed(venue.exposure.map { "\(Self.rounded($0.amount)) \($0.coin)" }, ", "),
            ])
        }
        return Self.table(rows, rightAligned: [1, 2, 3])
    }

    /// The first eight, and how many more there are: a cell is to fit on a screen.
    static func listed(_ items: [String], _ separator: String) -> String {
        let most = 8
        let text = items.prefix(most).joined(separator: separator)
        return items.count > most ? "\(text) and \(items.count - most) more" : text
    }

    private static func word(_ priority: Priority) -> String {
        switch priority {
        case .critical: "critical"
        case .important: "important"
        case .normal: "normal"
        case .low: "low"
        }
    }

    private static func count(_ count: Int, _ one: String, _ many: String) -> String {
        "\(self.grouped("\(count)")) \(count == 1 ? one : many)"
    }

    /// Columns as wide as their widest cell.
    private static func table(_ rows: [[String]], rightAligned: Set<Int>) -> [String] {
        let columns = rows.map { $0.count }.max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let fill = String(repeating: " ", count: widths[column] - cell.count)
                line += (column == 0 ? "" : "  ") + (rightAligned.contains(column) ? fill + cell : cell + fill)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// An amount, rounded up: whole coins from 1,000 on, two decimals from 1 on, six below.
    static func rounded(_ amount: Amount) -> String {
        let coin = DecimalText.powerOfTen(-Amount.exponent)
        let decimals = amount.units >= coin * 1_000 ? 0 : amount.units >= coin ? 2 : 6
        let step = DecimalText.powerOfTen(-Amount.exponent - decimals)
        let (quotient, remainder) = amount.units.quotientAndRemainder(dividingBy: step)
        return self.grouped(DecimalText.text(of: quotient + (remainder > 0 ? 1 : 0), exponent: -decimals))
    }

    /// Commas between thousands, before the point.
    private static func grouped(_ text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return text }
        var grouped = ""
        for (index, digit) in whole.reversed().enumerated() {
            if index > 0, index % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return String(grouped.reversed()) + (parts.count > 1 ? "." + parts[1] : "")
    }
}
