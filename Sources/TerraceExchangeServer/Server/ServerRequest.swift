/// A request by HTTP, whole.
public struct ServerRequest: Sendable {
    /// What is done with the resource.
    public enum Method: Sendable, Equatable {
        /// `GET`.
        case get
        /// `POST`.
        case post
        /// `PUT`.
        case put
        /// `DELETE`.
        case delete
        /// Anything else.
        case other
    }

    /// The shell's number for it, not used before.
    public var token: UInt64
    /// What is done.
    public var method: Method
    /// Path and query as they were sent.
    public var target: [UInt8]
    /// The headers.
    public var headers: [ServerHeader]
    /// The body; empty for none.
    public var body: [UInt8]
    /// The address that it came from, without a port.
    public var address: String

    /// A request.
    public init(
        token: UInt64, method: Method, target: [UInt8], headers: [ServerHeader] = [], body: [UInt8] = [],
        address: String = "127.0.0.1"
    ) {
        self.token = token
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.address = address
    }

    /// The path, without the query.
    public var path: ArraySlice<UInt8> { self.target.prefix { $0 != UInt8(ascii: "?") } }
    /// What stands behind the question mark; empty for nothing.
    public var query: ArraySlice<UInt8> { self.target.dropFirst(self.path.count + 1) }

    /// The value of the first header of this name, in whatever case it is written.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return self.headers.first { $0.name.lowercased() == wanted }?.value
    }
}
