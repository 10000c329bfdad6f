/// The passwords of store and bus, from the environment variables that the configuration names.
public struct ServicePasswords: Sendable {
    /// Of the store; nil where none is named.
    public let store: String?
    /// Of the bus; nil where none is named.
    public let bus: String?

    /// These; none where nothing is said.
    public init(store: String? = nil, bus: String? = nil) {
        self.store = store
        self.bus = bus
    }

    /// The passwords that `services` names. The variables are taken out of the environment, so that no child inherits them: to
    /// be called before threads are there that look at it.
    ///
    /// - Throws: `KeyError` where a variable is not set, or holds nothing that can be a password.
    public static func load(_ services: ServicesConfiguration) throws(KeyError) -> ServicePasswords {
        try self.load(services, from: .process)
    }

    static func load(
        _ services: ServicesConfiguration, from environment: KeyEnvironment
    ) throws(KeyError) -> ServicePasswords {
        let names = [services.store.passwordVariable, services.bus.passwordVariable]
        let keys = ["store.password_env", "bus.password_env"]
        var values: [String?] = []
        for (name, key) in zip(names, keys) {
            guard let name else {
                values.append(nil)
                continue
            }
            guard let value = environment.value(name) else {
                throw .passwordMissing(key: key, variable: name)
            }
            guard (1...VenueKeys.byteLimit).contains(value.utf8.count),
                value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw .unfit(source: name) }
            values.append(value)
        }
        for case let name? in names { environment.remove(name) }
        return ServicePasswords(store: values[0], bus: values[1])
    }
}
