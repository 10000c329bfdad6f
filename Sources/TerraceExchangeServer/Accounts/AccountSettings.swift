public import TerraceCore

/// An account as the exchange is told of it. It describes itself without its secret.
public struct AccountSettings: Sendable, CustomStringConvertible, CustomReflectable {
    /// The key's public name.
    public var key: String
    /// What requests are signed with.
    public var secret: String
    /// What it holds at the start; coins that the exchange does not know are left out.
    public var balances: [(coin: String, amount: Amount)]
    /// Whether the key may trade; otherwise it may only look.
    public var mayTrade: Bool
    /// Whether the key may withdraw. There is nothing to withdraw to: it is only told to who asks.
    public var mayWithdraw: Bool

    /// An account. Without balances it is given plenty of every coin.
    public init(
        key: String, secret: String, balances: [(coin: String, amount: Amount)] = [], mayTrade: Bool = true,
        mayWithdraw: Bool = false
    ) {
        self.key = key
        self.secret = secret
        self.balances = balances
        self.mayTrade = mayTrade
        self.mayWithdraw = mayWithdraw
    }

    /// The account of a server that was told of none, with plenty of every coin. Its secret is no secret.
    public static let test = AccountSettings(key: "terrace-test-key", secret: "terrace-test-secret")

    /// The key, never the secret.
    public var description: String { "account \(self.key)" }
    /// Nothing of the content.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
