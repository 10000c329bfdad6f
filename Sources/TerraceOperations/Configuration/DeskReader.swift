import TerraceCore

/// Reads the tree of a file into its symbolic form, to the end, whatever is wrong on the way.
struct DeskReader {
    static let keys =
        ["instance", "mode", "venues", "pairs", "defaults", "templates", "strategies", "risk"]
        + ServicesConfiguration.keys

    private let findings: Findings

    init(_ findings: Findings) { self.findings = findings }

    func read(_ root: ConfigurationNode) -> DeskConfiguration {
        var desk = DeskConfiguration(file: self.findings.file)
        if case .unusable = root.content { return desk }
        guard case .mapping(let entries) = root.content else {
            self.findings.error(
                root.place, "the file must be a mapping with \"strategies\", or one strategy, not \(root.kind)")
            return desk
        }
        if root.entry("strategies") == nil, ["id", "symbol", "config"].contains(where: { root.entry($0) != nil }) {
            // One strategy alone, as people have it.
            let strategy = ConfigurationNode(place: root.place, label: "the strategy", content: .mapping(entries))
            self.strategies([strategy], templates: [], defaults: nil, into: &desk)
            self.nameVenues(&desk)
            return desk
        }
        let section = Section(root, keys: Self.keys, isPartial: false, self.findings)
        if let instance = section.integer("instance", 1...65_535) { desk.instance = UInt32(instance) }
        desk.mode = section.choice("mode", RunMode.allCases.map { ($0.rawValue, $0) }) ?? .dryRun
        var saysVenues = false
        if case .mapping = section.value("venues")?.content { saysVenues = true }
        self.readVenues(section, into: &desk)
        self.readPairs(section, into: &desk)
        if let risk = section.section("risk", keys: DeskLimits.keys) { desk.limits = DeskLimits(risk) }
        desk.services = ServicesConfiguration(section)
        let defaults = section.value("defaults")
        if let defaults { self.checkPart(defaults) }
        let templates = self.templates(section)
        let strategies = section.list("strategies", limit: DeskConfiguration.strategyLimit, isRequired: true) ?? []
        if strategies.isEmpty, section.value("strategies") != nil {
            self.findings.error(
                section.valuePlace(of: "strategies"), "\"strategies\" has none: nothing would be quoted")
        }
        self.strategies(strategies, templates: templates, defaults: defaults, into: &desk)
        if saysVenues { self.checkVenues(desk) } else { self.nameVenues(&desk) }
        self.checkCoins(desk)
        return desk
    }

    // MARK: Venues

    private func mapping(_ section: Section, _ key: String, of what: String) -> [ConfigurationNode.Entry] {
        guard let node = section.value(key) else { return [] }
        guard case .mapping(let entries) = node.content else {
            self.findings.error(node.place, "\(section.name(key)) must be a mapping from \(what), not \(node.kind)")
            return []
        }
        return entries
    }

    private func readVenues(_ section: Section, into desk: inout DeskConfiguration) {
        let entries = self.mapping(section, "venues", of: "names of venues to their limits")
        if entries.count > 64 {
            self.findings.error(
                section.valuePlace(of: "venues"), "there are \(entries.count) venues; at most 64 are taken")
        }
        for entry in entries.prefix(64) {
            var venue = VenueConfiguration(name: entry.key, place: entry.place)
            if !entry.value.isEmpty {
                self.read(
                    Section(entry.value, keys: VenueConfiguration.keys, isPartial: false, self.findings), into: &venue)
            }
            if !venue.isSimulated { self.checkKnown(entry.key, entry.place) }
            if venue.isSimulated, !Self.isName(entry.key) {
                self.findings.error(
                    entry.place,
                    "the name of a venue must be 1 to 32 small letters, digits and _, not "
                        + "\"\(ConfigurationParser.shown(entry.key))\"")
            }
            desk.venues.append(venue)
        }
    }

    private func read(_ section: Section, into venue: inout VenueConfiguration) {
        venue.isSimulated = section.flag("simulated") ?? false
        venue.ordersPerWindow = section.integer("orders_per_window", 0...1_000_000) ?? 0
        venue.windowNanoseconds = section.seconds("window_seconds", 100...86_400_000) ?? venue.windowNanoseconds
        venue.cancelsCount = section.flag("cancels_count") ?? false
        venue.maximumOpenOrders = section.integer("max_open_orders", 1...1_000_000)
        venue.rules = RulesConfiguration()
        venue.rules.makerFee = section.basisPoints("maker_fee_bps", RulesConfiguration.feeRange)
        venue.rules.takerFee = section.basisPoints("taker_fee_bps", RulesConfiguration.feeRange)
        venue.rules.canAmend = section.flag("can_amend")
        self.readConnection(section, into: &venue)
        guard let node = section.value("balances") else { return }
        guard case .mapping(let entries) = node.content else {
            self.findings.error(
                node.place, "\(section.name("balances")) must be a mapping from coins to amounts, not \(node.kind)")
            return
        }
        let balances = Section(node, keys: entries.map { $0.key }, isPartial: false, self.findings)
        for entry in entries {
            guard PairConfiguration.isCoin(entry.key) else {
                self.findings.error(
                    entry.place,
                    "\"\(ConfigurationParser.shown(entry.key))\" in balances is no coin: write it in capitals, such "
                        + "as USDT")
                continue
            }
            if let amount = balances.amount(entry.key) { venue.balances.append((entry.key, amount)) }
        }
    }

    /// How the venue is reached, and by which key.
    private func readConnection(_ section: Section, into venue: inout VenueConfiguration) {
        venue.keyVariable = section.variable("api_key_env", such: "BINANCE_KEY", holds: "key")
        venue.secretVariable = section.variable("api_secret_env", such: "BINANCE_KEY", holds: "key")
        venue.keyFile = self.path("key_file", section)
        venue.certificateFile = self.path("ca_file", section)
        venue.allowsWithdrawKey = section.flag("allow_withdraw_key") ?? false
        if let endpoints = section.section("endpoints", keys: EndpointsConfiguration.keys) {
            venue.endpoints = EndpointsConfiguration(endpoints)
        }
        for (key, other) in [("api_key_env", "api_secret_env"), ("api_secret_env", "api_key_env")]
        where section.isGiven(key) {
            if section.isGiven("key_file") {
                self.findings.error(
                    section.place(of: key),
                    "\(section.name(key)) stands beside \"key_file\": name the variables or the file, not both")
            } else {
                guard section.isMissing(other) else { continue }
                self.findings.error(
                    section.place(of: key), "\(section.name(key)) needs \"\(other)\" beside it: a key has two parts")
            }
        }
        if venue.keyVariable != nil, venue.keyVariable == venue.secretVariable {
            self.findings.error(
                section.valuePlace(of: "api_secret_env"),
                "\(section.name("api_secret_env")) is the variable of \"api_key_env\": the two hold different things")
        }
        guard venue.isSimulated else { return }
        for key in ["endpoints", "ca_file", "api_key_env", "api_secret_env", "key_file"] where section.isGiven(key) {
            self.findings.error(
                section.place(of: key), "\(section.name(key)) is for real venues, and this one is \"simulated\"")
        }
    }

    private func path(_ key: String, _ section: Section) -> String? {
        let path = section.text(key)
        if path?.isEmpty == true {
            self.findings.error(section.valuePlace(of: key), "\(section.name(key)) is empty")
        }
        return path
    }

    /// With `venues`, strategies name no others.
    private func checkVenues(_ desk: DeskConfiguration) {
        let names = desk.venues.map { $0.name }
        let known = VenueConfiguration.knownNames
        // Where `venues` misspells a name, that is reported there, and not again wherever it is spelled right.
        let meant = desk.venues.filter { !$0.isSimulated && !known.contains($0.name) }.compactMap {
            NearestWord.of($0.name, among: known)
        }
        for strategy in desk.strategies {
            for name in strategy.exchanges + strategy.pricing.venues
            where !names.contains(name.name) && !meant.contains(name.name) {
                let hint = NearestWord.hint(name.name, among: names, listsThem: true)
                self.findings.error(name.place, "unknown venue \"\(ConfigurationParser.shown(name.name))\"\(hint)")
            }
        }
    }

    /// A loss limit is for a coin that something is priced in.
    private func checkCoins(_ desk: DeskConfiguration) {
        var quotes: [String] = []
        for symbol in desk.strategies.map({ $0.symbol.name }) + desk.pairs.map({ $0.symbol }) {
            if let coins = PairConfiguration.coins(symbol), !quotes.contains(coins.quote) { quotes.append(coins.quote) }
        }
        for limit in desk.limits.maximumLoss where !quotes.contains(limit.coin.name) {
            self.findings.error(
                limit.coin.place,
                "no pair is priced in \"\(ConfigurationParser.shown(limit.coin.name))\", which max_loss names"
                    + NearestWord.hint(limit.coin.name, among: quotes))
        }
    }

    /// Without `venues` these are the venues that strategies name, first come first; all must be known.
    private func nameVenues(_ desk: inout DeskConfiguration) {
        var seen: Set<String> = []
        for strategy in desk.strategies {
            for name in strategy.exchanges + strategy.pricing.venues where seen.insert(name.name).inserted {
                self.checkKnown(name.name, name.place)
                if desk.venues.count < 64 { desk.venues.append(VenueConfiguration(name: name.name, place: name.place)) }
            }
        }
    }

    private func checkKnown(_ name: String, _ place: Place) {
        let known = VenueConfiguration.knownNames
        guard !known.contains(name) else { return }
        self.findings.error(
            place,
            "unknown venue \"\(ConfigurationParser.shown(name))\"\(NearestWord.hint(name, among: known, listsThem: true))"
        )
    }

    private static func isName(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    // MARK: Pairs

    private func readPairs(_ section: Section, into desk: inout DeskConfiguration) {
        let entries = self.mapping(section, "pairs", of: "pairs such as BERA/USDT to their rules")
        if entries.count > DeskConfiguration.strategyLimit {
            self.findings.error(
                section.valuePlace(of: "pairs"),
                "there are \(entries.count) pairs; at most \(DeskConfiguration.strategyLimit) are taken")
        }
        for entry in entries.prefix(DeskConfiguration.strategyLimit) {
            guard PairConfiguration.coins(entry.key) != nil else {
                self.findings.error(
                    entry.place,
                    "\"\(ConfigurationParser.shown(entry.key))\" in pairs must be two coins in capitals such as "
                        + "BERA/USDT")
                continue
            }
            var pair = PairConfiguration(symbol: entry.key, place: entry.place)
            if !entry.value.isEmpty {
                self.read(
                    Section(entry.value, keys: PairConfiguration.keys, isPartial: false, self.findings), into: &pair,
                    desk)
            }
            desk.pairs.append(pair)
        }
    }

    private func read(_ section: Section, into pair: inout PairConfiguration, _ desk: DeskConfiguration) {
        pair.priceDecimals = section.integer("price_decimals", 0...18)
        pair.quantityDecimals = section.integer("quantity_decimals", -6...18)
        pair.price = section.decimal("price", .positive)
        pair.rules = RulesConfiguration(section)
        guard section.value("venues") != nil else { return }
        let names = desk.venues.isEmpty ? VenueConfiguration.knownNames : desk.venues.map { $0.name }
        pair.venues = []
        for entry in self.mapping(section, "venues", of: "venues to what differs there") {
            guard names.contains(entry.key) else {
                self.findings.error(
                    entry.place,
                    "unknown venue \"\(ConfigurationParser.shown(entry.key))\" in \(section.label)"
                        + NearestWord.hint(entry.key, among: names, listsThem: true))
                continue
            }
            var rules = RulesConfiguration()
            if !entry.value.isEmpty {
                rules = RulesConfiguration(
                    Section(entry.value, keys: RulesConfiguration.keys, isPartial: false, self.findings))
            }
            pair.venues?.append((ConfiguredName(name: entry.key, place: entry.place), rules))
        }
    }

    // MARK: Strategies

    private func templates(_ section: Section) -> [ConfigurationNode.Entry] {
        let entries = self.mapping(section, "templates", of: "names to parts of strategies")
        for entry in entries { self.checkPart(entry.value) }
        return entries
    }

    /// Checks a template or the defaults by themselves, whether a strategy uses them or not.
    private func checkPart(_ node: ConfigurationNode) {
        let section = Section(node, keys: StrategyConfiguration.partKeys, isPartial: true, self.findings)
        _ = StrategyConfiguration(section)
    }

    /// The template that a strategy names; nil where it names none, or one that does not exist, which is reported then.
    private func template(
        of node: ConfigurationNode, _ templates: [ConfigurationNode.Entry]
    ) -> ConfigurationNode? {
        guard let named = node.entry("template")?.value, !named.isNull else { return nil }
        guard case .text(let name, _) = named.content else {
            self.findings.error(named.place, "\"template\" in \(node.label) must be a name, not \(named.kind)")
            return nil
        }
        if let template = templates.first(where: { $0.key == name }) { return template.value }
        let hint = NearestWord.hint(name, among: templates.map { $0.key }, listsThem: true)
        self.findings.error(named.place, "unknown template \"\(ConfigurationParser.shown(name))\"\(hint)")
        return nil
    }

    private func strategies(
        _ nodes: [ConfigurationNode], templates: [ConfigurationNode.Entry], defaults: ConfigurationNode?,
        into desk: inout DeskConfiguration
    ) {
        var lines: [String: Int] = [:]
        for node in nodes {
            let template = self.template(of: node, templates)
            let whole = node.merged(over: template.map { $0.merged(over: defaults) } ?? defaults)
            // With a template that does not exist, there is no telling what else is missing.
            let isPartial = template == nil && node.entry("template").map { !$0.value.isNull } ?? false
            let section = Section(
                whole, keys: StrategyConfiguration.keys, isPartial: isPartial, self.findings)
            if isPartial { for key in ["id", "symbol"] { section.reportIfMissing(key) } }
            guard case .mapping = node.content else { continue }
            if let id = section.value("id"), case .text(let text, _) = id.content {
                if let first = lines[text] {
                    self.findings.error(
                        id.place,
                        "duplicate id \"\(ConfigurationParser.shown(text))\"; the strategy in line \(first) has it too")
                } else {
                    lines[text] = id.place.line
                }
            }
            var strategy = StrategyConfiguration(section)
            strategy.json = whole.json
            desk.strategies.append(strategy)
        }
    }
}
