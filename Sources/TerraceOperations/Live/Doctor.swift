import TerraceCore
import TerraceSimulation
public import TerraceVenues

/// `terrace doctor`: asks every venue of a desk whether it could be traded on, without sending an order.
public final class Doctor {
    /// A clock that is further from the venue's is worth a word: a run reckons with it, other programs may not.
    static let skewWorthAWord: Int64 = 500
    /// A share of a limit that is in use before we have begun.
    static let usageWorthAWord = 0.5

    private let desk: DeskConfiguration
    private let catalogue: LiveVenueCatalogue
    private let keys: [String: Result<VenueCredentials, KeyError>]  // Looked up, never walked through.
    private let network: VenueNetwork
    private let show: (DoctorLine) -> Void
    private var failures = 0
    private var listings: [String: InstrumentListing] = [:]  // Looked up, never walked through.

    /// A doctor for `desk`; `show` is called with each finding as soon as it is there.
    public init(
        _ desk: DeskConfiguration, _ catalogue: LiveVenueCatalogue,
        keys: [(venue: String, key: Result<VenueCredentials, KeyError>)], _ network: VenueNetwork,
        show: @escaping (DoctorLine) -> Void
    ) {
        self.desk = desk
        self.catalogue = catalogue
        self.keys = Dictionary(keys.map { ($0.venue, $0.key) }) { first, _ in first }
        self.network = network
        self.show = show
    }

    private func say(_ status: DoctorLine.Status, _ venue: String?, _ check: String, _ text: String) {
        if status == .failure { self.failures += 1 }
        self.show(DoctorLine(status, venue, check, text))
    }

    /// Makes every check; whether none failed.
    public func run() async -> Bool {
        self.say(
            .ok, nil, "configuration",
            "\(self.desk.strategies.count) strategies on \(self.desk.venuesInUse.count) venues, mode \(self.desk.mode.rawValue)"
        )
        for warning in self.desk.warnings { self.say(.warning, nil, "configuration", warning.description) }
        for fault in self.desk.faults(of: self.desk.mode, self.catalogue) {
            self.say(.failure, nil, "configuration", fault.description)
        }
        for name in self.desk.venuesInUse {
            guard let configured = self.desk.venues.first(where: { $0.name == name }), !configured.isSimulated,
                let venue = self.catalogue.venue(named: name)
            else { continue }
            await self.check(venue, configured)
        }
        self.checkRules()
        return self.failures == 0
    }

    private func check(_ venue: LiveVenue, _ configured: VenueConfiguration) async {
        let credentials = self.checkKey(configured)
        var access = VenueAccess(venue, configured, credentials: credentials, self.network)
        if access.endpoints != access.traits.endpoints {
            self.say(.ok, venue.name, "endpoints", "by the configuration: \(access.endpoints.rest)")
        }
        guard await self.checkClock(&access) else { return }
        await self.checkList(access)
        await self.attempt(access, "market stream") { access throws(VenueAccessError) in
            try await access.connect(access.endpoints.market, venue.bare.marketTarget)
            return [.init(.ok, venue.name, "market stream", "\(access.endpoints.market) opens")]
        }
        guard credentials != nil else { return }
        guard await self.checkPermissions(access, configured) else { return }
        await self.attempt(access, "account") { access throws(VenueAccessError) in try await self.account(access) }
        await self.attempt(access, "orders") { access throws(VenueAccessError) in try await self.orders(access) }
        await self.attempt(access, "private stream") { access throws(VenueAccessError) in
            try await access.connectAccount()
            return [.init(.ok, venue.name, "private stream", "\(access.endpoints.account) opens")]
        }
    }

    /// Tells what `look` found, or why it found nothing.
    private func attempt(
        _ access: VenueAccess, _ check: String,
        _ look: (VenueAccess) async throws(VenueAccessError) -> [DoctorLine]
    ) async {
        do throws(VenueAccessError) {
            for line in try await look(access) { self.say(line.status, line.venue, line.check, line.text) }
        } catch {
            self.say(.failure, access.venue.name, check, error.description)
        }
    }

    // MARK: Checks

    private func checkKey(_ venue: VenueConfiguration) -> VenueCredentials? {
        switch self.keys[venue.name] {
        case .success(let credentials):
            self.say(.ok, venue.name, "key", venue.keyFile.map { "read from \($0)" } ?? "read from the environment")
            return credentials
        case .failure(.notNamed):
            // In live mode that is reported with its place already.
            if self.desk.mode != .live {
                self.say(
                    .warning, venue.name, "key", "none is named: the account can't be looked at, and nothing be sent")
            }
        case .failure(let error): self.say(.failure, venue.name, "key", error.description)
        case nil: break
        }
        return nil
    }

    private func checkClock(_ access: inout VenueAccess) async -> Bool {
        let roundTrip: Int64
        do throws(VenueAccessError) {
            roundTrip = try await access.compareClocks()
        } catch {
            self.say(.failure, access.venue.name, "connection", error.description)
            return false
        }
        self.say(
            .ok, access.venue.name, "connection", "\(access.endpoints.rest) answers, round trip \(roundTrip) ms")
        let skew = access.skewMilliseconds
        if roundTrip >= access.traits.receiveWindowMilliseconds {
            self.say(
                .failure, access.venue.name, "clock",
                "an answer takes \(roundTrip) ms, and the venue refuses what is older than "
                    + "\(access.traits.receiveWindowMilliseconds) ms: find a faster way to it")
        } else if skew.magnitude > Self.skewWorthAWord.magnitude {
            self.say(
                .warning, access.venue.name, "clock",
                "the venue's is \(skew) ms ahead, which a run reckons with: let chrony or ntpd set this machine's")
        } else {
            self.say(.ok, access.venue.name, "clock", "the venue's is \(skew) ms ahead")
        }
        return true
    }

    private func checkList(_ access: VenueAccess) async {
        do throws(VenueAccessError) {
            let listing = try await access.listing()
            self.listings[access.venue.name] = listing
            let refused =
                listing.refused.isEmpty ? "" : ", of which \(listing.refused.count) have rules that can't be used"
            self.say(
                .ok, access.venue.name, "instruments",
                "\(listing.instruments.count + listing.refused.count) are listed\(refused)")
        } catch {
            self.say(.failure, access.venue.name, "instruments", error.description)
        }
    }

    private func checkPermissions(_ access: VenueAccess, _ venue: VenueConfiguration) async -> Bool {
        var told: (mayTrade: Bool?, mayWithdraw: Bool?) = (nil, nil)
        do throws(VenueAccessError) {
            for case .permissions(let mayTrade, let mayWithdraw) in try await access.ask(.permissions).events {
                told = (mayTrade, mayWithdraw)
            }
        } catch {
            self.say(.failure, venue.name, "permissions", error.description)
            return false
        }
        for line in KeyPermissions(told, isWithdrawAllowed: venue.allowsWithdrawKey).lines(venue.name) {
            self.say(line.status, line.venue, line.check, line.text)
        }
        return true
    }

    /// What the account holds of the desk's coins, and how much of the limits is in use.
    private func account(_ access: VenueAccess) async throws(VenueAccessError) -> [DoctorLine] {
        let (answer, events) = try await access.ask(.balances)
        var held: [String: Amount] = [:]  // Looked up, never walked through.
        for case .balance(let coin, let total, _) in events { held[coin] = total }
        var coins: [String] = []
        for strategy in self.desk.strategies where strategy.exchanges.contains(where: { $0.name == access.venue.name })
        {
            guard let pair = PairConfiguration.coins(strategy.symbol.name) else { continue }
            for coin in [pair.base, pair.quote] where !coins.contains(coin) { coins.append(coin) }
        }
        let shown = coins.prefix(8).map { "\(held[$0, default: .zero].text) \($0)" }.joined(separator: ", ")
        var lines = [DoctorLine(.ok, access.venue.name, "balances", shown + (coins.count > 8 ? " and others" : ""))]
        let missing = coins.filter { held[$0, default: .zero] <= .zero }
        if !missing.isEmpty {
            lines.append(
                .init(
                    .warning, access.venue.name, "balances",
                    "there is no \(missing.prefix(8).joined(separator: ", ")): the side that needs it is not quoted"))
        }
        let usage = access.usage(answer)
        let most = max(usage.weight ?? 0, usage.orders ?? 0)
        let percent = most.isFinite ? Int(min(max(most, 0), 100) * 100) : 0
        if usage.weight == nil, usage.orders == nil {
            lines.append(.init(.ok, access.venue.name, "limits", "the venue does not tell what is used of them"))
        } else if most > Self.usageWorthAWord {
            lines.append(
                .init(
                    .warning, access.venue.name, "limits",
                    "\(percent)% is in use already: find out what else uses the address or the account"))
        } else {
            lines.append(.init(.ok, access.venue.name, "limits", "\(percent)% is in use"))
        }
        return lines
    }

    private func orders(_ access: VenueAccess) async throws(VenueAccessError) -> [DoctorLine] {
        var ours = 0
        var others = 0
        for case .order(let order) in try await access.ask(.openOrders(cursor: nil)).events {
            if order.order.instance == self.desk.instance { ours += 1 } else { others += 1 }
        }
        if ours > 0 {
            return [
                .init(
                    .warning, access.venue.name, "orders",
                    "\(ours) of this desk's orders stand, \(others) of others: a run adopts or cancels its own, and touches "
                        + "no other")
            ]
        }
        return [
            .init(.ok, access.venue.name, "orders", "none of this desk's stand, \(others) of others, which are left")
        ]
    }

    /// Every pair on every venue, as a run would bind them.
    private func checkRules() {
        let used = self.desk.venuesInUse
        // What was not told can't be wrong; that has been reported.
        let told = self.desk.restricted(venues: used.filter { self.listings[$0] != nil })
        if told.strategies.isEmpty { return }
        do throws(ConfigurationError) {
            let amends = { (name: String) in self.catalogue.venue(named: name)?.bare.traits.canAmend ?? false }
            let desk = try LiveDesk(told, listings: self.listings, amends: amends)
            let count = desk.instruments.reduce(0) { $0 + $1.count }
            self.say(
                .ok, nil, "rules",
                "\(desk.bound.setup.pairs.count) pairs on \(desk.configuration.venues.count) venues, \(count) instruments: "
                    + "all are listed and trading, and every line fits")
            for warning in desk.bound.warnings where !self.desk.warnings.contains(warning) {
                self.say(.warning, nil, "rules", warning.description)
            }
        } catch {
            for diagnostic in error.diagnostics {
                self.say(
                    diagnostic.severity == .error ? .failure : .warning, nil, "rules", diagnostic.description)
            }
        }
    }
}
