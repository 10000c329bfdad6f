import TerraceCore
import TerraceSimulation
import TerraceVenues

/// The exchange without a protocol: instruments, matching with its crowd, accounts by key, orders under their owners' ids,
/// fills, and what addresses and accounts have used of their limits.
///
/// A machine: `now` is set by the server before each call. What happened is in `events` (private) and `out` (public) until
/// the server has handed it to the protocol. It is a class because the server and the protocol share it; both live on one
/// thread.
final class ExchangeCore {
    /// How many orders of an account are remembered, standing ones included.
    static let mostOrders = 200_000
    /// How many fills of an account are remembered.
    static let mostFills = 500_000
    /// How many addresses are told apart.
    static let mostAddresses = 4_096

    /// The moment, in right time.
    var now: Timestamp
    /// How far the venue's clock is ahead.
    var skewNanoseconds: Int64 = 0
    /// What the protocol wants to do later.
    var timers = TimerQueue<ServerTimer>()
    /// What happened to accounts since it was last handed over.
    var events: [CoreEvent] = []
    /// What happened in public since it was last handed over.
    var out = VenueOutput()

    /// The pairs.
    let instruments: [ExchangeInstrument]
    /// The coins, by index.
    let coins: [String]
    /// The accounts.
    var accounts: [ExchangeAccount] = []
    /// Whether an id that an account gave to an order can never be given again; otherwise only while the order stands.
    var clientIDsStayTaken = false
    /// What each address may use: by the protocol.
    var weightWindow = OrderWindow(nanoseconds: 60_000_000_000, limit: .max)
    /// How many WebSockets each address may open: by the protocol.
    var connectionWindow = OrderWindow(nanoseconds: 300_000_000_000, limit: .max)

    var venue: SimulatedVenue
    var crowd: VenueCrowd
    var lastOrder: UInt64 = 0
    var cancelling: String?  // What the owner calls the cancel that is going on.
    var amendRefusal: VenueRejection?
    var dirtyCoins: [(account: Int, coins: [Int])] = []
    private let symbols: [String: Int]
    private let keys: [String: Int]
    private var addresses: [String: AddressState] = [:]

    /// The exchange of `settings`, its books filled.
    init(_ settings: ExchangeSettings) throws(ExchangeError) {
        guard settings.rate >= 0, settings.rate <= 2_000_000 else {
            throw .outOfRange("the rate is 0 to 2000000 level records a second, not \(settings.rate)")
        }
        let market = try ExchangeMarket(settings)
        self.now = settings.start
        self.instruments = market.instruments
        self.coins = market.coins
        self.skewNanoseconds = settings.faults.nanoseconds(.skew)
        var symbols: [String: Int] = [:]
        for (place, instrument) in market.instruments.enumerated() { symbols[instrument.symbol] = place }
        self.symbols = symbols
        var venueSettings = VenueSettings()
        venueSettings.openOrdersPerInstrument = 200
        let definitions = market.instruments.map { $0.definition }
        var venue = SimulatedVenue(settings: venueSettings, instruments: definitions, assets: market.coins.count)
        var accounts: [ExchangeAccount] = []
        var keys: [String: Int] = [:]
        for account in settings.accounts.isEmpty ? [.test] : settings.accounts {
            guard keys[account.key] == nil else { throw .doubleKey(account.key) }
            keys[account.key] = accounts.count
            var balances = market.plenty
            if !account.balances.isEmpty {
                balances = account.balances.compactMap { balance in
                    market.coins.firstIndex(of: balance.coin).map {
                        (AssetIndex(UInt16(truncatingIfNeeded: $0)), balance.amount)
                    }
                }
            }
            accounts.append(
                ExchangeAccount(
                    settings: account, signer: HMACSigner(secret: Array(account.secret.utf8)),
                    index: venue.openAccount(balances)))
        }
        self.keys = keys
        self.accounts = accounts
        var crowd = VenueCrowd(
            definitions, prices: market.instruments.map { $0.openingPrice }, rate: settings.rate, seed: settings.seed,
            start: settings.start)
        var out = VenueOutput()
        crowd.open(&venue, into: &out)
        self.venue = venue
        self.crowd = crowd
    }

    // MARK: What is where

    /// The venue's clock, in nanoseconds since 1970.
    var venueTime: Timestamp { self.now.advanced(by: self.skewNanoseconds) }
    /// The venue's clock, in milliseconds since 1970.
    var venueMilliseconds: Int64 { self.venueTime.nanoseconds / 1_000_000 }
    /// `moment` on the venue's clock, in milliseconds since 1970.
    func milliseconds(_ moment: Timestamp) -> Int64 {
        moment.advanced(by: self.skewNanoseconds).nanoseconds / 1_000_000
    }

    /// The place of the instrument with this symbol.
    func instrument(_ symbol: String) -> Int? { self.symbols[symbol] }
    /// The place of the account with this key.
    func account(_ key: String) -> Int? { self.keys[key] }

    /// What an account holds of a coin, and how much of it no order has reserved.
    func balance(_ account: Int, _ coin: Int) -> (total: Amount, free: Amount) {
        self.venue.balance(self.accounts[account].index, AssetIndex(UInt16(truncatingIfNeeded: coin)))
    }

    /// The best level of a side, or nil.
    func best(_ instrument: Int, _ side: Side) -> Level? { self.venue.level(instrument, side, at: 0) }
    /// The level at `position` of a side, 0 the best; nil beyond the last.
    func level(_ instrument: Int, _ side: Side, at position: Int) -> Level? {
        self.venue.level(instrument, side, at: position)
    }
    /// How many levels a side has.
    func depth(_ instrument: Int, _ side: Side) -> Int { self.venue.depth(instrument, side) }

    // MARK: The crowd

    /// When anything happens next by itself.
    var nextDue: Timestamp { min(self.crowd.nextDue, self.timers.nextDue) }

    /// Lets the crowd that is due next arrive; reports of accounts' fills become events.
    func burst() {
        self.crowd.burst(&self.venue, into: &self.out)
        self.absorb()
    }

    // MARK: Limits

    /// Looks at what an address has used, and changes it.
    func address<Result>(_ address: String, _ body: (inout AddressState) -> Result) -> Result {
        let isKnown = self.addresses[address] != nil
        let key = isKnown || self.addresses.count < Self.mostAddresses ? address : ""
        return body(
            &self.addresses[
                key, default: AddressState(weight: self.weightWindow, connections: self.connectionWindow)])
    }

    /// Shuts an address out for so long.
    func ban(_ address: String, nanoseconds: Int64) {
        self.address(address) { $0.bannedUntil = max($0.bannedUntil, self.now.advanced(by: nanoseconds)) }
    }

    /// How long an address is still shut out; zero where it is not.
    func banLeft(_ address: String) -> Int64 {
        guard let state = self.addresses[address] else { return 0 }
        return max(0, state.bannedUntil.nanoseconds(since: self.now))
    }
}
