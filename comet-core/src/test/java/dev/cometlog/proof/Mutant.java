package dev.cometlog.proof;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.nio.file.Files;
import java.nio.file.Path;

/// A class of the product that lacks one of its methods: the body does nothing and returns 0, false or null.
///
/// A harness that finds nothing in the product proves something only if it finds what such a mutant breaks.
public final class Mutant {
    private static final String PRODUCT = "dev.cometlog.";

    private final String name;
    private final byte[] bytes;

    private Mutant(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /// The class without that method.
    ///
    /// @throws IllegalArgumentException if the class has no such method, so that a control never outlives it
    public static Mutant without(String className, String method) throws IOException {
        ClassFile classFile = ClassFile.of();
        boolean[] found = {false};
        byte[] bytes = classFile.transformClass(classFile.parse(original(className)), (builder, element) -> {
            if (element instanceof MethodModel model && model.methodName().equalsString(method)) {
                found[0] = true;
                builder.withMethodBody(
                        model.methodName(),
                        model.methodType(),
                        model.flags().flagsMask(),
                        code -> nothing(
                                code, TypeKind.from(model.methodTypeSymbol().returnType())));
            } else {
                builder.with(element);
            }
        });
        if (!found[0]) {
            throw new IllegalArgumentException(className + " has no method " + method);
        }
        return new Mutant(className, bytes);
    }

    private static void nothing(CodeBuilder code, TypeKind result) {
        switch (result) {
            case VOID -> {}
            case REFERENCE -> code.aconst_null();
            case LONG -> code.lconst_0();
            case DOUBLE -> code.dconst_0();
            case FLOAT -> code.fconst_0();
            default -> code.iconst_0();
        }
        code.return_(result);
    }

    private static byte[] original(String className) throws IOException {
        String resource = className.replace('.', '/') + ".class";
        try (InputStream stream = Mutant.class.getClassLoader().getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalArgumentException("no class is called " + className);
            }
            return stream.readAllBytes();
        }
    }

    /// Writes it into a directory that goes in front of a class path.
    public void write(Path directory) throws IOException {
        Path file = directory.resolve(name.replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    /// The product and its tests once more, with the mutant among them.
    public ClassLoader loader() {
        return new ClassLoader(Mutant.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String wanted, boolean resolve) throws ClassNotFoundException {
                synchronized (getClassLoadingLock(wanted)) {
                    Class<?> loaded = findLoadedClass(wanted);
                    if (loaded != null) {
                        return loaded;
                    }
                    if (!wanted.startsWith(PRODUCT)) {
                        return super.loadClass(wanted, resolve);
                    }
                    try {
                        byte[] definition = wanted.equals(name) ? bytes : original(wanted);
                        return defineClass(wanted, definition, 0, definition.length);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        };
    }
}
