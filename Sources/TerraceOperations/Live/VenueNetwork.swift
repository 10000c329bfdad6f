public import TerraceVenues

/// How venues are reached outside of a run: for their lists of instruments before it, and by `terrace doctor`.
public struct VenueNetwork: Sendable {
    /// One of a venue's addresses.
    public struct Endpoint: Sendable, Equatable {
        /// The venue's name in the configuration.
        public var venue: String
        /// Such as `https://api.binance.com`.
        public var base: String
        /// Certificates that are trusted beside the system's; nil for none.
        public var certificateFile: String?
        /// The headers whose values become `VenueAnswer.limits`.
        public var limitHeaders: [String]

        /// `base` of `venue`.
        public init(venue: String, base: String, certificateFile: String? = nil, limitHeaders: [String] = []) {
            self.venue = venue
            self.base = base
            self.certificateFile = certificateFile
            self.limitHeaders = limitHeaders
        }
    }

    /// What became of a request.
    public enum Answer: Sendable {
        /// The venue answered; the body beside it.
        case answered(VenueAnswer, body: [UInt8])
        /// It did not.
        case failed(RequestFailure)
    }

    /// Sends a request, and waits for what becomes of it, some seconds at most.
    public var fetch: @Sendable (Endpoint, VenueRequest) async -> Answer
    /// Opens a WebSocket at path and query, and closes it; gives what went wrong, nil for nothing.
    public var connect: @Sendable (Endpoint, _ target: String) async -> String?
    /// The clock of this machine, in milliseconds since 1970.
    public var milliseconds: @Sendable () -> Int64

    /// A network of these.
    public init(
        fetch: @escaping @Sendable (Endpoint, VenueRequest) async -> Answer,
        connect: @escaping @Sendable (Endpoint, _ target: String) async -> String?,
        milliseconds: @escaping @Sendable () -> Int64
    ) {
        self.fetch = fetch
        self.connect = connect
        self.milliseconds = milliseconds
    }
}
