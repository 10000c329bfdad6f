/// Facts of a venue's protocol that the common session works by. Each dialect gives them with their source.
public struct VenueTraits: Sendable {
    /// The name in configurations, such as `binance`.
    public var name: String
    /// What people call it.
    public var title: String
    /// Where the venue is, unless the configuration says otherwise.
    public var endpoints: VenueEndpoints
    /// Whether a book's snapshot is fetched by REST (true), or comes by the stream after subscribing (false).
    public var fetchesSnapshots: Bool
    /// The most instruments that one market-data connection carries.
    public var instrumentsPerConnection: Int
    /// The most instruments named in one subscription message.
    public var instrumentsPerSubscription: Int
    /// How many messages a second a connection may send to the venue.
    public var messagesPerSecond: Int
    /// How many connections may be opened in five minutes from one address.
    public var connectionsPerFiveMinutes: Int
    /// How long a connection may live, in seconds; renewed before that.
    public var connectionSeconds: Int64
    /// How often the client must send `pingText`, in seconds; 0 where the venue pings.
    public var pingSeconds: Int64
    /// What it sends.
    public var pingText: [UInt8]
    /// The most weight of requests in `weightWindowSeconds`, for one address.
    public var weightPerWindow: Int
    /// The window of the weight.
    public var weightWindowSeconds: Int64
    /// The headers in which answers tell of limits; their meaning is the dialect's.
    public var limitHeaders: [String]
    /// How many orders fit in one request; 1 where there is no such request.
    public var mostInBatch: Int
    /// Whether working orders can be amended.
    public var canAmend: Bool
    /// Whether an accepted place request means that the order stands (true), or only that it will be looked at (false: the
    /// private stream tells).
    public var placeAnswerIsFinal: Bool
    /// Whether the private stream needs a key fetched by REST, and how often that is renewed, in seconds; 0 for none.
    public var listenKeySeconds: Int64
    /// Whether there is a dead-man switch by instrument.
    public var hasDeadManSwitch: Bool
    /// Whether fills can be asked for across all instruments at once (`AccountCommand.fills` with any slot gives all).
    public var fillsCoverAllInstruments: Bool
    /// Whether fills that are asked for tell the order's id. Where not, an order that is known by the venue's number only is asked
    /// for by that (`AccountCommand.orderOfNumber`).
    public var fillsNameOrders: Bool
    /// The longest time that one question for fills may span, in milliseconds.
    public var fillsWindowMilliseconds: Int64
    /// How long before now fills can be asked for, in milliseconds.
    public var fillsReachMilliseconds: Int64
    /// Whether positions are margined, so that fills move no coins but fees.
    public var isMargined: Bool
    /// How far a request's time stamp may lie behind, in milliseconds: what the dialect asks for.
    public var receiveWindowMilliseconds: Int64

    /// Facts; what is left out has the value that most venues have.
    public init(
        name: String, title: String, endpoints: VenueEndpoints, fetchesSnapshots: Bool, instrumentsPerConnection: Int,
        instrumentsPerSubscription: Int, messagesPerSecond: Int, connectionsPerFiveMinutes: Int = 300,
        connectionSeconds: Int64 = 86_400, pingSeconds: Int64 = 0, pingText: [UInt8] = [], weightPerWindow: Int,
        weightWindowSeconds: Int64, limitHeaders: [String] = [], mostInBatch: Int = 1, canAmend: Bool,
        placeAnswerIsFinal: Bool, listenKeySeconds: Int64 = 0, hasDeadManSwitch: Bool = false,
        fillsCoverAllInstruments: Bool = false, fillsNameOrders: Bool = true,
        fillsWindowMilliseconds: Int64 = 7 * 86_400_000, fillsReachMilliseconds: Int64 = 730 * 86_400_000,
        isMargined: Bool = false, receiveWindowMilliseconds: Int64 = 1_500
    ) {
        self.name = name
        self.title = title
        self.endpoints = endpoints
        self.fetchesSnapshots = fetchesSnapshots
        self.instrumentsPerConnection = instrumentsPerConnection
        self.instrumentsPerSubscription = instrumentsPerSubscription
        self.messagesPerSecond = messagesPerSecond
        self.connectionsPerFiveMinutes = connectionsPerFiveMinutes
        self.connectionSeconds = connectionSeconds
        self.pingSeconds = pingSeconds
        self.pingText = pingText
        self.weightPerWindow = weightPerWindow
        self.weightWindowSeconds = weightWindowSeconds
        self.limitHeaders = limitHeaders
        self.mostInBatch = mostInBatch
        self.canAmend = canAmend
        self.placeAnswerIsFinal = placeAnswerIsFinal
        self.listenKeySeconds = listenKeySeconds
        self.hasDeadManSwitch = hasDeadManSwitch
        self.fillsCoverAllInstruments = fillsCoverAllInstruments
        self.fillsNameOrders = fillsNameOrders
        self.fillsWindowMilliseconds = fillsWindowMilliseconds
        self.fillsReachMilliseconds = fillsReachMilliseconds
        self.isMargined = isMargined
        self.receiveWindowMilliseconds = receiveWindowMilliseconds
    }
}

/// Where a venue is: base addresses without a path, such as `https://api.binance.com` and `wss://stream.binance.com:9443`.
/// Paths are the dialect's. Any can be given in the configuration, for test networks and for servers of one's own.
public struct VenueEndpoints: Sendable, Equatable {
    /// REST.
    public var rest: String
    /// Public streams.
    public var market: String
    /// The private stream.
    public var account: String

    /// A venue at these addresses.
    public init(rest: String, market: String, account: String) {
        self.rest = rest
        self.market = market
        self.account = account
    }
}
