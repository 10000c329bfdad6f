/// A request by REST, ready to be sent: whoever sends it adds the host and the length, and nothing else.
public struct VenueRequest: Sendable, Equatable {
    /// What is done with the resource.
    public enum Method: UInt8, Sendable, CaseIterable {
        /// `GET`.
        case get
        /// `POST`.
        case post
        /// `PUT`.
        case put
        /// `DELETE`.
        case delete

        /// As it stands in the request line.
        public var name: String {
            switch self {
            case .get: "GET"
            case .post: "POST"
            case .put: "PUT"
            case .delete: "DELETE"
            }
        }
    }

    /// A header of the request. Values may be secret: a request is never logged whole.
    public struct Header: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// `name: value`.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is done.
    public var method: Method
    /// Path and query, in ASCII, as signed.
    public var target: [UInt8]
    /// Headers beside host and length.
    public var headers: [Header]
    /// The body; empty for none.
    public var body: [UInt8]
    /// What the venue counts it as, in its own unit (Binance: weight; Bybit: 1).
    public var weight: Int

    /// A request.
    public init(
        _ method: Method, _ target: [UInt8], headers: [Header] = [], body: [UInt8] = [], weight: Int = 1
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.weight = weight
    }

    /// Method and path, without the query, which may hold a signature: for logs and errors.
    public var summary: String {
        let path = self.target.prefix { $0 != UInt8(ascii: "?") }
        return "\(self.method.name) \(String(decoding: path, as: UTF8.self))"
    }
}
