public import TerraceVenues

/// The keys of the venues, from where the configuration says that they are.
public enum VenueKeys {
    /// The longest key and the longest secret.
    static let byteLimit = 1_024

    /// The keys of `venues`, in that order, or why there is none.
    ///
    /// All are read first; then the variables are taken out of the environment, so that no child inherits them. Two venues may
    /// name the same.
    public static func load(
        _ venues: [VenueConfiguration]
    ) -> [(venue: String, key: Result<VenueCredentials, KeyError>)] {
        self.load(venues, from: .process)
    }

    static func load(
        _ venues: [VenueConfiguration], from environment: KeyEnvironment
    ) -> [(venue: String, key: Result<VenueCredentials, KeyError>)] {
        let keys = venues.map { venue in
            (venue: venue.name, key: Result { () throws(KeyError) in try self.key(of: venue, environment) })
        }
        for name in venues.flatMap({ [$0.keyVariable, $0.secretVariable] }) {
            if let name { environment.remove(name) }
        }
        return keys
    }

    private static func key(
        of venue: VenueConfiguration, _ environment: KeyEnvironment
    ) throws(KeyError) -> VenueCredentials {
        let namesVariable = venue.keyVariable != nil || venue.secretVariable != nil
        if let path = venue.keyFile {
            if namesVariable { throw .namedTwice(venue: venue.name) }
            return try KeyFile.credentials(at: path)
        }
        guard let keyVariable = venue.keyVariable, let secretVariable = venue.secretVariable else {
            throw .notNamed(venue: venue.name)
        }
        return VenueCredentials(
            key: try self.value(keyVariable, environment),
            secret: try self.value(secretVariable, environment, mayBePEM: true))
    }

    private static func value(
        _ name: String, _ environment: KeyEnvironment, mayBePEM: Bool = false
    ) throws(KeyError) -> String {
        guard let value = environment.value(name) else { throw .variableMissing(name) }
        return try self.checked(Array(value.utf8)[...], source: name, mayBePEM: mayBePEM)
    }

    /// `value` as a key or secret: it goes into headers, so nothing in it may end one. A secret may also be a private key in PEM
    /// form, with its lines.
    static func checked(_ value: ArraySlice<UInt8>, source: String, mayBePEM: Bool = false) throws(KeyError) -> String {
        if mayBePEM, value.starts(with: Array("-----BEGIN ".utf8)) {
            let text = String(decoding: value, as: UTF8.self)
            guard value.count <= self.byteLimit * 8, text.contains("\n-----END "),
                value.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x0D })
            else { throw .brokenPEM(source: source) }
            return text
        }
        guard (1...self.byteLimit).contains(value.count), value.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .unfit(source: source)
        }
        return String(decoding: value, as: UTF8.self)
    }
}
